"""What IKosWeb offers: methods with their arguments in order, and the typed objects they return (contract khaos, 3, 5).

The WSDL is written, arguments are read and answers are rendered by these tables. Not here: what a method does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

SERVICE_NAMESPACE: Final = "urn:KosWebIntf-IKosWeb"
TYPES_NAMESPACE: Final = "urn:KosWebIntf"


@dataclass(frozen=True)
class Signature:
    """Arguments are positional, in this order, by the guide's names. `result` is an XSD type, `xml` or of TYPES."""

    arguments: tuple[tuple[str, str], ...]
    result: str
    writes: bool = False
    extension: bool = False


def _signature(arguments: str, result: str, *, writes: bool = False, extension: bool = False) -> Signature:
    """`"StockCode string, MappingType int"` as pairs."""
    pairs = [a.split() for a in arguments.split(",") if a.strip()]
    return Signature(tuple((name, kind) for name, kind in pairs), result, writes, extension)


_STATUS_ARGUMENTS = (
    "IDs string, MappingType int, WebOnly boolean, ConfirmedOnly boolean, IncludeTracking boolean, "
    "IncludeCancelled boolean, DateFrom dateTime, DateTo dateTime, InvoiceStageIDs string, ShowItems boolean"
)
_STOCK_STATUS_ARGUMENTS = (
    "StockCode string, MappingType int, LastUpdated dateTime, SiteID int, PotentialLeadTime boolean"
)
_STOCK_LIST_ARGUMENTS = "DateType int, DateValue dateTime, StockItemType int"

SIGNATURES: Final[Mapping[str, Signature]] = {
    "GetVersion": _signature("", "string"),
    "GetSiteList": _signature("", "TSiteList"),
    "GetStockList": _signature(_STOCK_LIST_ARGUMENTS, "TStockList"),
    "GetStockListCompressed": _signature(_STOCK_LIST_ARGUMENTS + ", CompressionMethod int", "TCompressedResult"),
    "ExportStock": _signature("StockCode string, MappingType int, LastUpdated dateTime", "xml"),
    "ExportStockCompressed": _signature(
        "StockCode string, MappingType int, LastUpdated dateTime, CompressionMethod int", "TCompressedResult"
    ),
    "ExportStockStatus": _signature(_STOCK_STATUS_ARGUMENTS, "xml"),
    "GetStockPotential": _signature("StockCode string, MappingType int", "TStockPotentialArray"),
    "GetCompanyList": _signature("LastUpdated dateTime, CompanyClassList string", "TCompanyList"),
    "ExportCompany": _signature("CompanyCode string, MappingType int, LastUpdated dateTime", "xml"),
    "GetCompanyInfo": _signature("CompanyCode string, MappingType int", "TCompanyInfoArray"),
    "GetDeletedEntries": _signature("DateFrom dateTime, DateTo dateTime, DocumentType int, ObjectID string", "xml"),
    "GetPriceLists": _signature("", "TStringArray"),
    "ExportPriceListEx": _signature("PriceLists string, PriceListType int, PriceListIDs boolean", "xml"),
    "ExportPriceList": _signature("PriceList string", "xml"),
    "ExportOrderStatusEx": _signature(_STATUS_ARGUMENTS, "xml"),
    "ExportOrderStatus": _signature("", "xml"),
    "ExportOrders": _signature("OrderCode string, MappingType int", "xml"),
    "GetCompanyClass": _signature("CompanyClassType int", "TStringArray"),
    "GetCompanyStatus": _signature("", "TStringArray"),
    "GetSaleSource": _signature("", "TStringArray"),
    "GetManufacturer": _signature("", "TStringArray"),
    "GetAgentList": _signature("", "TStringArray"),
    "GetKeycodeTypes": _signature("", "TStringArray"),
    "GetKeycodes": _signature("", "TKeycodeArray"),
    "GetCountryList": _signature("", "TCountryList"),
    "GetHarmonisationCodes": _signature("", "THarmonisationCodeArray"),
    "ImportOrders": _signature("Orders string", "TOrderImportResult", writes=True),
    "ImportCompany": _signature("Customers string, Method int", "TCustomerImportResult", writes=True),
    "ImportStockStatus": _signature(
        "StockStatus string, UpdateStockData boolean, UpdateStockLevels boolean", "TStockList", writes=True
    ),
    "ImportPriceLists": _signature("PriceList string", "string", writes=True),
    "UpdateSalesOrderStatus": _signature(
        "SOrderCode string, InvoiceStageID int, Courier string, ConsignmentRef string, ShipDate string, "
        "InvoiceCode string, ClientRef string",
        "TUpdateResult",
        writes=True,
        extension=True,
    ),
    "UpdateStockItem": _signature(
        "StockCode string, Field string, Value string, ClientRef string", "TUpdateResult", writes=True, extension=True
    ),
    "ImportCreditNote": _signature(
        "CreditNotes string, ClientRef string", "TCreditNoteImportResult", writes=True, extension=True
    ),
}


def _fields(text: str) -> dict[str, str]:
    return dict(pair.split() for pair in text.split(","))


TYPES: Final[Mapping[str, Mapping[str, str]]] = {
    "TSite": _fields("SiteID int, SiteName string"),
    "TSiteList": _fields("List TSiteArray, CurrentSiteID int"),
    "TStockListItem": _fields(
        "StockCode string, OtherRef string, StockDesc string, ParentCode string, ParentOtherRef string, "
        "LastUpdated dateTime"
    ),
    "TStockList": _fields("Count int, List TStockListItemArray, Results TUpdateItemArray"),
    "TCompressedResult": _fields(
        "Method string, FileName string, Data base64Binary, OriginalSize int, CompressedSize int, "
        "PasswordProtected boolean"
    ),
    "TStockPotential": _fields(
        "StockCode string, StockDesc string, Available decimal, OnOrder decimal, BackOrder decimal, Potential decimal"
    ),
    "TCompanyListItem": _fields("CompanyCode string, OtherRef string, LastUpdated dateTime"),
    "TCompanyList": _fields("Count int, List TCompanyListItemArray"),
    "TCompanyInfo": _fields(
        "CompanyCode string, CompanyName string, OtherRef string, HideCompany int, HoldData int, CreditLimit decimal, "
        "CreditBalance decimal, CreditOverdue decimal, CreditPending decimal, CreditUnallocated decimal, "
        "OutstandingBalance decimal, TermsLength int, TermsType int, TermsDesc string, CreditStop boolean, "
        "OrdersHeld boolean, CurrencyCode string, PTypeID int, Proforma boolean, Supplier boolean, ECCompany boolean, "
        "POCodeRequired boolean, PaysVAT boolean, PriceLists TStringArray"
    ),
    "TKeycode": _fields(
        "KeycodeCode string, KeycodeDesc string, KeycodeTypeDesc string, SourceCode boolean, DateCrreated dateTime, "
        "ExpiryDate dateTime, WebUse boolean, MOTOUse boolean"
    ),
    "TCountry": _fields(
        "CountryName string, CountryCode2 string, CountryCode3 string, EUMember boolean, PaysVAT boolean, "
        "CurrencyName string, CurrencyCode string, Zone string"
    ),
    "TCountryList": _fields("Count int, List TCountryArray"),
    "THarmonisationItem": _fields("StockCode string, Duty decimal"),
    "THarmonisationCode": _fields("Code string, StockItems THarmonisationItemArray"),
    "TOrderImport": _fields("SalesOrderCode string, AssociatedRef string, Msg string, URN string, OtherRef string"),
    "TOrderSkipped": _fields("OrderRef string, SkipReason string"),
    "TOrderImportResult": _fields(
        "ImportedCount int, OrderImport TOrderImportArray, OrderSkipped TOrderSkippedArray, Results TUpdateItemArray"
    ),
    "TCustomerImport": _fields("URN string, Action string, OtherRef string, PassedReference string"),
    "TCustomerSkipped": _fields("CustomerRef string, SkipReason string, PassedReference string"),
    "TCustomerImportResult": _fields(
        "ImportedCount int, CustomerImport TCustomerImportArray, CustomerSkipped TCustomerSkippedArray, "
        "Results TUpdateItemArray"
    ),
    "TUpdateItem": _fields("Ref string, Result string, Reason string, ClientRef string, Code string"),
    "TUpdateResult": _fields("Results TUpdateItemArray"),
    "TCreditNoteImportResult": _fields("ImportedCount int, Results TUpdateItemArray"),
}


def array_of(kind: str) -> str | None:
    """The item type of an array type (`TSiteArray` → `TSite`, `TStringArray` → `string`); None for other types."""
    if not kind.endswith("Array"):
        return None
    item = kind.removesuffix("Array")
    return "string" if item == "TString" else item


def arrays() -> list[str]:
    """The names of all array types, each once, in a fixed order."""
    used = [f for fields in TYPES.values() for f in fields.values()] + [s.result for s in SIGNATURES.values()]
    return sorted({kind for kind in used if array_of(kind)})

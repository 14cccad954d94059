"""Words from which invented goods and people are made. Nothing here is a real person, address or number."""

from __future__ import annotations

GOODS = {
    "Gifts": (
        "Tea Towel",
        "Mug",
        "Candle",
        "Photo Frame",
        "Jigsaw",
        "Notebook",
        "Lantern",
        "Vase",
        "Doorstop",
        "Bunting",
    ),
    "Home": ("Cushion", "Throw", "Lamp", "Rug", "Mirror", "Side Table", "Coat Hook", "Basket", "Wall Clock", "Blanket"),
    "Kitchen": (
        "Teapot",
        "Cake Stand",
        "Bread Bin",
        "Jug",
        "Colander",
        "Apron",
        "Oven Glove",
        "Cafetière",
        "Spice Rack",
    ),
    "Garden": ("Watering Can", "Planter", "Trowel", "Bird Feeder", "Parasol", "Hammock", "Kneeler", "Twine"),
    "Books": ("Picture Book", "Cookery Book", "Colouring Book", "Atlas", "Poetry Book"),
}
STYLES = {
    "Tops": ("Jumper", "Cardigan", "Shirt", "Blouse", "T-Shirt", "Polo"),
    "Outerwear": ("Raincoat", "Parka", "Gilet", "Fleece"),
    "Footwear": ("Wellington Boot", "Slipper", "Trainer", "Sandal"),
}
ADJECTIVES = (
    "Vintage", "Striped", "Floral", "Enamel", "Oak", "Linen", "Spotted", "Heritage", "Woven", "Glazed", "Harbour",
    "Meadow", "Tartan", "Retro", "Hammered", "Recycled", "Botanical", "Nordic", "Château", "Crème",
)  # fmt: skip
COLOURS = ("Navy", "Red", "Ivory", "Sage", "Charcoal", "Mustard", "Café au Lait")
CLOTHING_SIZES = ("XS", "S", "M", "L", "XL")
SHOE_SIZES = ("4", "5", "6", "7")
BODY_MAP_LABELS = {
    "XS": "EXTRA SMALL",
    "S": "SMALL",
    "M": "MEDIUM",
    "L": "LARGE",
    "XL": "X-LARGE",
    "4": "EU 37",
    "5": "EU 38",
    "6": "EU 39",
    "7": "EU 41",
}
TOWNS = ("Leeds", "York", "Bath", "Exeter", "Norwich", "Durham", "Lincoln", "Truro", "Perth", "Swansea")
FIRST = ("Alex", "Sam", "Robin", "Jo", "Chris", "Pat", "Morgan", "Jamie", "Casey", "Drew")
FAMILY = (
    "Example",
    "Sample",
    "Specimen",
    "Placeholder",
    "Fictional",
    "Invented",
    "Pattern",
    "Template",
    "Demo",
    "Mock",
)
COMPANIES = ("Gifts", "Interiors", "Living", "Stores", "Trading", "Home & Garden", "Emporium", "Supplies")

COUNTRIES: dict[str, tuple[str, str, str, bool]] = {
    # name → alpha-2, alpha-3, currency, EU member
    "United Kingdom": ("GB", "GBR", "GBP", False),
    "Germany": ("DE", "DEU", "EUR", True),
    "France": ("FR", "FRA", "EUR", True),
    "EIRE": ("IE", "IRL", "EUR", True),
    "Netherlands": ("NL", "NLD", "EUR", True),
    "Spain": ("ES", "ESP", "EUR", True),
    "Switzerland": ("CH", "CHE", "CHF", False),
    "Belgium": ("BE", "BEL", "EUR", True),
    "Portugal": ("PT", "PRT", "EUR", True),
    "Norway": ("NO", "NOR", "NOK", False),
    "Australia": ("AU", "AUS", "AUD", False),
    "Italy": ("IT", "ITA", "EUR", True),
    "Finland": ("FI", "FIN", "EUR", True),
    "Channel Islands": ("JE", "JEY", "GBP", False),
    "Denmark": ("DK", "DNK", "DKK", True),
    "Cyprus": ("CY", "CYP", "EUR", True),
    "Sweden": ("SE", "SWE", "SEK", True),
    "Austria": ("AT", "AUT", "EUR", True),
    "Israel": ("IL", "ISR", "ILS", False),
    "Poland": ("PL", "POL", "PLN", True),
    "Japan": ("JP", "JPN", "JPY", False),
    "Iceland": ("IS", "ISL", "ISK", False),
    "USA": ("US", "USA", "USD", False),
    "Singapore": ("SG", "SGP", "SGD", False),
    "Greece": ("GR", "GRC", "EUR", True),
    "Canada": ("CA", "CAN", "CAD", False),
    "Malta": ("MT", "MLT", "EUR", True),
    "United Arab Emirates": ("AE", "ARE", "AED", False),
    "Hong Kong": ("HK", "HKG", "HKD", False),
    "RSA": ("ZA", "ZAF", "ZAR", False),
    "Lebanon": ("LB", "LBN", "LBP", False),
    "Lithuania": ("LT", "LTU", "EUR", True),
    "Bahrain": ("BH", "BHR", "BHD", False),
    "Saudi Arabia": ("SA", "SAU", "SAR", False),
    "Czech Republic": ("CZ", "CZE", "CZK", True),
    "Brazil": ("BR", "BRA", "BRL", False),
}

"""The words that made-up contacts are made of."""

# ruff: noqa: E501 (a table)

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Country:
    """Where a contact lives, and what people there are called."""

    name: str
    language: str
    time_zone: str
    dial: str
    share: float
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    cities: tuple[str, ...]


def _country(name: str, language: str, time_zone: str, dial: str, share: float, names: str) -> Country:
    first, last, cities = (tuple(part.split(",")) for part in names.split("|"))
    return Country(name, language, time_zone, dial, share, first, last, cities)


COUNTRIES = (
    _country("United States", "English", "America/New_York", "+1", 0.28, "James,Mary,Robert,Patricia,Michael,Linda,José|Smith,Johnson,Williams,Brown,Jones,García,O'Brien|New York,Chicago,Austin,Seattle"),
    _country("Germany", "German", "Europe/Berlin", "+49", 0.16, "Anna,Jürgen,Käthe,Lukas,Sören,Zoë,Max|Müller,Schmidt,Weiß,Schröder,Groß,Vogel,Jäger|Berlin,München,Köln,Düsseldorf"),
    _country("France", "French", "Europe/Paris", "+33", 0.10, "Chloé,François,Hélène,Noël,Zoé,Luc,Inès|Lefèvre,Dupont,Gauthier,Béranger,Moreau,Durand|Paris,Lyon,Nîmes,Orléans"),
    _country("Brazil", "Portuguese", "America/Sao_Paulo", "+55", 0.10, "João,Ana,Antônio,Conceição,Luís,Marina|Silva,Souza,Gonçalves,Araújo,Lima,Magalhães|São Paulo,Brasília,Curitiba,Belém"),
    _country("India", "Hindi", "Asia/Kolkata", "+91", 0.10, "Aarav,Priya,Arjun,अनन्या,Rohan,Diya|Sharma,Patel,Singh,Kumar,वर्मा,Iyer|Mumbai,Delhi,Pune,Bengaluru"),
    _country("Japan", "Japanese", "Asia/Tokyo", "+81", 0.08, "さくら,陽菜,蓮,大翔,Yuki,Haruto|佐藤,鈴木,高橋,田中,Tanaka,Itō|東京,大阪,京都,札幌"),
    _country("Poland", "Polish", "Europe/Warsaw", "+48", 0.07, "Łukasz,Małgorzata,Zofia,Wojciech,Ewa|Wiśniewski,Dąbrowska,Żak,Kowalczyk,Nowak|Warszawa,Łódź,Kraków,Gdańsk"),
    _country("Greece", "Greek", "Europe/Athens", "+30", 0.04, "Γιώργος,Ελένη,Νίκος,Sofía|Παπαδόπουλος,Νικολάου,Ωνάσης|Αθήνα,Πάτρα,Χανιά"),
    _country("Türkiye", "Turkish", "Europe/Istanbul", "+90", 0.04, "İpek,Çağlar,Işıl,Mehmet,Gül|Yılmaz,Şahin,Öztürk,Kaya|İstanbul,Ankara,İzmir"),
    _country("Australia", "English", "Australia/Lord_Howe", "+61", 0.03, "Oliver,Isla,Jack,Matilda,Kirra|Taylor,Walker,Nguyen,Campbell|Sydney,Perth,Hobart"),
)  # fmt: skip

JOB_TITLES = ("Owner", "Sales Manager", "Marketing Manager", "Engineer", "Buyer", "Accountant", "Head of Operations")
SOURCES = ("Website", "Import", "Referral", "Trade fair", "Advertisement")
STAGES = ("Subscriber", "Lead", "Customer", "Evangelist")
INDUSTRIES = ("Retail", "Software", "Food", "Construction", "Health", "Education", "Logistics", "Tourism")
COMPANY_NAMES = (
    "Nordlicht",
    "Blue Harbor",
    "Água Viva",
    "Kaffee & Söhne",
    "青山商店",
    "Orion",
    "Łąka",
    "Sunrise",
    "Δέλτα",
)
COMPANY_FORMS = ("GmbH", "Inc.", "Ltda", "S.A.", "K.K.", "AB")

TAGS = {"Newsletter": 0.45, "Lead": 0.25, "VIP": 0.05, "Churned": 0.08, "Trial": 0.10, "Partner": 0.02}
CHANNELS = ("email", "whatsapp", "sms", "web", "store")
PLANS = ("Free", "Starter", "Business", "Enterprise")
INTERESTS = ("Cycling", "Cooking", "Music", "Gardening", "Football", "Reading")
TIERS = ("Gold", "Silver", "Bronze")
CATEGORIES = ("shoes", "hats", "coats", "bags")


@dataclass(frozen=True, slots=True)
class EventKind:
    """A type of event: who acts, how often it is among all, by which channel, and whether money moves."""

    key: str
    actor: str
    share: float
    channel: str
    paid: bool = False


EVENTS = (
    EventKind("email_sent", "organisation", 0.34, "email"),
    EventKind("email_opened", "contact", 0.20, "email"),
    EventKind("email_clicked", "contact", 0.06, "email"),
    EventKind("page_viewed", "contact", 0.20, "web"),
    EventKind("purchase", "contact", 0.11, "web", paid=True),
    EventKind("whatsapp_message_sent", "organisation", 0.05, "whatsapp"),
    EventKind("whatsapp_message_written", "contact", 0.04, "whatsapp"),
)

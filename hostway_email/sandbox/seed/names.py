"""The names of generated domains, and in them: people, departments, rooms, partners."""

from __future__ import annotations

import unicodedata
from string import digits

__all__ = [
    "DEPARTMENTS",
    "EQUIPMENT",
    "FAMILY",
    "FREE_MAIL",
    "GIVEN",
    "PARTNERS",
    "ROLES",
    "ROOMS",
    "SPAMMERS",
    "account_name",
    "domain_name",
    "to_ascii",
]

_GIVEN = """
Ada Adam Agnes Ahmed Aisha Alan Alejandro Alice Amara Ana André Anna Anton Aoife Arjun Astrid
Ayşe Beatriz Ben Bruno Camille Carla Carlos Carmen Chen Chloe Clara Daniel David Diego Dmitri
Elena Elif Elisa Emil Emma Erik Esther Eva Fatima Felix Fiona Frank Gabriel Georg Grace Greta
Hana Hannah Hassan Helen Hugo Ibrahim Ida Inés Irina Isaac Isabel Ivan Jack James Jana Javier
Jens João Joel John Jonas José Julia Kai Karin Kenji Lara Laura Lea Leo Lena Liam Lin Linda Lisa
Louis Lucas Lucía Magnus Maja Marc Marco Maria Marta Martin Mary Mateo Maya Mei Michael Miguel
Mila Milan Mohamed Nadia Naomi Nina Noah Nora Olga Oliver Omar Oscar Pablo Paul Paula Pedro
Peter Petra Priya Rachel Rafael Rania Raúl Robert Rosa Ruth Samuel Sandra Sara Sean Sergei Simon
Sofia Sophie Stefan Susan Tariq Thomas Tobias Uma Vera Victor Viktor Wei William Yara Yuki Yusuf
Zoe
"""
GIVEN = tuple(_GIVEN.split())

_FAMILY = """
Adams Ahmed Ali Almeida Alvarez Andersen Andersson Baker Barros Bauer Becker Bell Berg Bernard
Bianchi Blanc Bos Brandt Brown Bruno Campbell Carter Castro Chan Chen Clark Clarke Cohen Cole
Collins Conti Cook Costa Cruz Dahl Davies Diaz Dijkstra Dubois Eriksen Evans Farah Fernandes
Ferrari Fischer Fontaine Foster Fuentes Garcia Gonzalez Gray Green Gruber Hall Hansen Haddad
Harris Hassan Hoffmann Horvat Huang Hughes Ibrahim Ito Ivanov Jackson Jansen Jensen Johansson
Jones Kaya Keller Kelly Khan Kim Klein Kowalski Kumar Larsen Laurent Lee Lehmann Lewis Li Lim
Lindgren Lopez Marin Martin Martinez Mendes Mensah Meyer Miller Moreau Moreno Müller Murphy
Nakamura Nguyen Nielsen Novak Nowak Okafor Oliveira Olsen Ortega Owen Park Patel Pereira Petrov
Popescu Price Quinn Ramirez Reid Reyes Ribeiro Ricci Rivera Romano Rossi Ruiz Sanchez Santos
Sato Schmidt Schneider Schulz Silva Singh Smith Sousa Suzuki Tanaka Taylor Thomas Torres Tran
Turner Vargas Vega Vogel Wagner Walker Wang Ward Weber White Williams Wilson Wolf Wong Wright
Yamamoto Yang Yilmaz Young Zhang Zimmermann
"""
FAMILY = tuple(_FAMILY.split())

DEPARTMENTS = (
    "Sales",
    "Marketing",
    "Finance",
    "Engineering",
    "Operations",
    "Support",
    "Legal",
    "People",
)

# Mandatory role addresses first, then common ones.
ROLES = (
    "postmaster",
    "abuse",
    "info",
    "sales",
    "support",
    "billing",
    "jobs",
    "press",
    "webmaster",
    "office",
)

ROOMS = ("lisbon", "oslo", "nairobi", "kyoto", "quito", "dublin", "porto", "lyon")
EQUIPMENT = ("projector", "van", "camera", "printer")

PARTNERS = (
    "northwind.example",
    "contoso.example",
    "fabrikam.example",
    "tailspin.example",
    "litware.example",
    "proseware.example",
)
SPAMMERS = ("cheap-pills.example", "win-now.example", "crypto-luck.example", "seo-first.example")
FREE_MAIL = ("gmail.com", "outlook.com", "yahoo.com", "hotmail.com")


def to_ascii(name: str) -> str:
    """Return a name in lower-case ASCII letters."""
    letters = unicodedata.normalize("NFKD", name)
    return letters.encode("ascii", "ignore").decode().lower()


def account_name(first: str, number: int) -> str:
    """Return the account of a domain: its last digits count up, `account007` to `account008`."""
    text = first.rstrip(digits)
    counted = first.removeprefix(text)
    return first if number == 1 else f"{text}{int(counted or 1) + number - 1:0{len(counted)}}"


def domain_name(first: str, number: int) -> str:
    """Return the name of a domain: `example.com`, `example2.com`, `example3.com`."""
    label, dot, rest = first.partition(".")
    return first if number == 1 else f"{label}{number}{dot}{rest}"

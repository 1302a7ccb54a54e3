"""Training credits: a code with a value, spent over courses, paths and plans.

Source: Skilljar, "Training credits" in its help center.
"""

from __future__ import annotations

from decimal import Decimal

from .base import AccountSeed, CodeSeed, LotSeed, Preset, ProductSeed, PurchaseSeed

PRODUCTS = (
    ProductSeed(
        id="introduction-to-networking",
        title="Introduction to Networking",
        kind="course",
        summary="How packets find their way: addresses, switches, routers and names, from the cable up.",
        outline=("From cable to packet", "Addresses and subnets", "Switching and routing", "Names: DNS in practice"),
        level="Beginner",
        hours=6,
        dollars=200,
        credits=20,
    ),
    ProductSeed(
        id="network-security-essentials",
        title="Network Security Essentials",
        kind="course",
        summary="Firewalls, segments and certificates, and how to tell a quiet night from a quiet attack.",
        outline=("What is worth protecting", "Firewalls and segments", "TLS and certificates", "Watching the wire"),
        level="Intermediate",
        hours=10,
        dollars=350,
        credits=35,
    ),
    ProductSeed(
        id="cloud-architecture-masterclass",
        title="Cloud Architecture Masterclass",
        kind="course",
        summary="Design a platform for a million people in twelve sessions, then defend it before a review board.",
        outline=("Requirements that matter", "Failure as a habit", "Data and distance", "The review board"),
        level="Advanced",
        hours=40,
        dollars=900,
        credits=90,
    ),
    ProductSeed(
        id="threat-hunting-lab",
        title="Threat-Hunting Lab",
        kind="lab",
        summary="Four hours in a lab of your own with a network that somebody else has already been inside.",
        outline=("Read the room", "Follow the beacon", "Close the door"),
        level="Intermediate",
        hours=4,
        dollars=None,
        credits=15,
        credits_only=True,
        access_days=30,
    ),
    ProductSeed(
        id="network-engineer-path",
        title="Network Engineer",
        kind="path",
        summary="Three courses and a lab in the order that makes sense, with a certificate at the end.",
        outline=("Introduction to Networking", "Network Security Essentials", "Threat-Hunting Lab", "Final project"),
        level="Beginner",
        hours=24,
        dollars=600,
        credits=60,
    ),
    ProductSeed(
        id="all-access-plan",
        title="All-Access Plan",
        kind="plan",
        summary="Every self-paced course for a year, new ones included. It can be prolonged at any time.",
        outline=("All self-paced courses", "New courses as they appear", "A mentor’s hour every month"),
        level="Any level",
        hours=200,
        dollars=800,
        credits=80,
        access_days=365,
        repeatable=True,
    ),
    ProductSeed(
        id="northwind-live",
        title="Northwind Live",
        kind="event",
        summary="Two days of talks and hallway conversations, once a year.",
        outline=("Day one: networks", "Day two: people"),
        level="Any level",
        hours=14,
        dollars=499,
        credits=None,
        delivery="in_person",
    ),
)

PRESET = Preset(
    key="training-credits",
    name="Training credits",
    about="Acme Corporation bought 100 credits in one order. Its people choose the courses later, and pay with a code.",
    try_this=(
        "Be the learner, open “Introduction to Networking” and purchase it with 20 credits, using the code below.",
        "See that 80 credits remain, and that you are enrolled.",
        "Then try the “Cloud Architecture Masterclass” for 90: you are told why not, and whom to ask.",
        "Be the owner: the balance is 80, and the history says who spent what, when, on which course.",
        "Be the admin: search accounts, open one, book an order form, issue codes.",
    ),
    settings={},
    credit_type={
        "key": "training",
        "name": "Training credits",
        "description": "One credit is worth ten dollars of anything self-paced in our catalog.",
        "validity_months": 12,
        "validity_from": "order",
        "applies_to": [{"kinds": ["course", "lab", "path", "plan"]}],
        "unit_values": {"USD": 1000},
    },
    products=PRODUCTS,
    accounts=(
        AccountSeed(
            name="Acme Corporation",
            owners=("omar@acme.example",),
            contact="Omar Haddad, omar@acme.example",
            lots=(LotSeed(amount=Decimal(100), order_reference="PO-2291"),),
            codes=(CodeSeed(label="Network team", value=Decimal(100)),),
        ),
        AccountSeed(
            name="Globex Europe",
            owners=("grace@globex.example",),
            contact="Grace Obi, grace@globex.example",
            lots=(
                LotSeed(amount=Decimal(250), order_reference="GX-0417", days_ago=325, days_left=40),
                LotSeed(amount=Decimal(500), order_reference="GX-0588", days_ago=60),
                LotSeed(amount=Decimal(25), days_ago=60, days_left=75, promotional=True),
            ),
            codes=(
                CodeSeed(label="Onboarding 2027"),
                CodeSeed(label="Security week", value=Decimal(60), limits={"funding": "reserved"}),
                CodeSeed(label="One course each", limits={"kinds": ["course"], "per_learner": 1}),
            ),
            purchases=(
                PurchaseSeed(learner="grace@globex.example", product_id="network-security-essentials"),
                PurchaseSeed(learner="ravi@globex.example", product_id="network-engineer-path"),
                PurchaseSeed(learner="ravi@globex.example", product_id="cloud-architecture-masterclass"),
            ),
        ),
    ),
)

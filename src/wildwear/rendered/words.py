"""What shops write. Every entry of a slot is a choice; blanks in a slot make it optional."""

from __future__ import annotations

BRANDS = (
    "Northwick", "Alder & Pine", "Solenne", "Harrow Mill", "Kestrel", "Vantine", "Osprey Lane", "Marlowe", "Tidewell",
    "Juno Blanc", "Fable & Thread", "Corvid", "Larkspur", "Bramley", "Stillwater", "Nine Acres", "Ondine", "Foxglove",
    "Ravel", "Peregrine Supply", "Lumen", "Copperleaf", "Halden", "Mira Sol", "Thistledown", "Quarry", "Wrenfield",
    "Blue Harbour", "Ashgrove", "Sable Row", "Petrichor", "Everfold",
)  # fmt: skip
PREFIXES = ("", "", "", "", "", "", "", "NEW: ", "SALE! ", "*LAST CHANCE* ", "Bestseller | ", "2-for-1 ")
AUDIENCES = ("", "", "Women's ", "Men's ", "Womens ", "Ladies ", "Unisex ", "Mens ")
ADJECTIVES = (
    "", "", "Relaxed ", "Slim Fit ", "Vintage ", "Organic Cotton ", "Soft ", "Lightweight ", "Oversized ", "Everyday ",
    "Tailored ", "Recycled ", "Premium ", "Boxy ", "Cropped ", "Heavyweight ", "Modern ", "Weekend ", "Heritage ",
)  # fmt: skip
NAMES = (
    "", "", "", "Ava ", "Milo ", "Iris ", "Otto ", "Freya ", "Hugo ", "Nell ", "Arlo ", "Cleo ", "Ezra ", "Maud ",
    "Rhys ", "Tess ", "Bruno ", "Ines ",
)  # fmt: skip
SUFFIXES = (
    "", "", "", "", "", " (Regular)", " (Plus Size)", " - Free Returns", " | SS25", " | AW25", ", Petite", " (Tall)",
    " w/ Gift Box", " - Online Only",
)  # fmt: skip

OPENINGS = (
    ("Meet the ", " that does it all."),
    ("An easy ", " for every day of the week."),
    ("This ", " is cut from cloth that gets better with every wash."),
    ("A ", " with a story: drawn in our studio, sewn by people we know by name."),
    ("We have thought long about what makes a good ", ", and here it is."),
    ("Our customers asked for a ", " that keeps its shape, so we made one."),
    ("The ", " you will reach for on grey mornings."),
    ("Simple, honest, well made: a ", " without fuss."),
    ("Part of the new season's edit, this ", " brings colour to the week."),
    ("Designed to last, the ", " comes with reinforced seams."),
)
"""Before and after the garment's name."""

CLOTHS = {
    "plain": "Smooth, solid-coloured cotton with a little stretch, 220 g per square metre.",
    "print": "Soft jersey with a water-based print on the chest.",
    "heather": "Melange yarn gives the cloth its lively, mottled surface.",
    "stripes": "Yarn-dyed stripes that match at the side seams.",
    "breton": "Woven after a sailor's pattern with narrow, even stripes.",
    "pinstripe": "A fine pinstripe runs the length of the cloth.",
    "gingham": "Small checks, woven rather than printed.",
    "tartan": "A brushed tartan with a dry, warm hand.",
    "dots": "Scattered all over with dots, a print that never quite goes out of fashion.",
    "floral": "A meadow of printed flowers on flowing viscose.",
    "knit": "Knitted in a chunky gauge from a wool blend that does not scratch.",
    "cable": "Hand-finished cables, the way fishermen wore them.",
    "rib": "A fine rib that follows the body and springs back.",
    "denim": "Sturdy 12 oz denim that softens with wear.",
    "jeans": "Sturdy 12 oz denim with orange stitching and copper rivets.",
    "leather": "Supple leather look with a soft shine and a matt lining.",
    "satin": "Fluid satin that catches the light.",
    "nylon": "Light, warm quilting in water-repellent nylon.",
    "shiny": "Sculpting, opaque fabric with a subtle sheen.",
}

FITS = (
    "The fit is regular; our model is 178 cm tall and takes size M.",
    "Runs small, so consider one size up.",
    "A relaxed fit that leaves room to move.",
    "True to size. The model wears size S.",
    "Cut close to the body, but never tight.",
    "Generous through the shoulder, narrow at the end.",
    "Falls straight from the shoulder or the hip, as it should.",
    "Available in regular and long lengths.",
)

DISTRACTORS = (
    "Pairs well with your favourite jeans.",
    "Not a jacket, but just as warm on a mild evening.",
    "Wear it under a blazer at the office, or with leggings at home.",
    "Goes with everything: chinos, a skirt, even shorts in August.",
    "Our stylist puts it with white sneakers and a straw hat.",
    "Layer it over a tee or below a heavy coat.",
    "Looks great with boots and a chunky cardigan.",
    "If you like this, have a look at our dresses and jumpsuits.",
    "From the makers of the famous hoodie.",
    "Match it with the blouse from the same collection.",
    "Unlike a polo, it needs no iron.",
    "Comes folded in a box that later holds your sweaters.",
    "Take it to the beach over a tank top.",
    "Throw a vest over it when the wind turns.",
)
"""Other garments' names, as shop prose is full of them: they say nothing about the product."""

DETAILS = (
    "Bound seams inside, a spare button in the lining.",
    "The trims are made of recycled metal.",
    "Flat seams that do not rub.",
    "A small woven label at the back is all the branding there is.",
    "Pre-washed, so that it keeps its size.",
    "Colour: as in the first picture; see the second one for the length.",
)

CARES = (
    "Machine wash at 30 degrees, hang to dry.",
    "Wash inside out with similar colours. Do not tumble dry.",
    "Hand wash only; dry flat, away from the sun.",
    "Iron on low if you must. Do not bleach.",
    "Dry clean recommended.",
    "Cold wash, gentle spin, reshape while damp.",
)

SHOP_TALK = (
    "Free delivery from 50, free returns within 30 days, no questions asked.",
    "Order before 4 pm and it leaves our warehouse today.",
    "Every piece is checked twice before it is packed, and repaired for free within two years.",
    "Sign up for the newsletter and get 10 % off your first order.",
    "Rated 4.6 of 5 by 1,284 customers, who praise the cloth and the honest sizing.",
    "We plant a tree for every parcel, and tell you where it stands.",
    "Photographs may differ slightly in colour from what arrives at your door.",
    "Gift wrapping is available at the checkout; the ribbon is made of paper.",
)

SECTIONS = {
    "upper": ("Clothing/Tops", "New In/This Week", "Women/Clothing/Tops & More", "Men/Upper Body", "Sale/All"),
    "lower": ("Clothing/Bottoms", "New In/This Week", "Women/Clothing/Bottoms", "Men/Lower Body", "Sale/All"),
    "full": ("Clothing/One and Done", "New In/This Week", "Women/Clothing/All", "Occasions/Evening", "Sale/All"),
    "accessory": ("Accessories", "New In/This Week", "Gifts/Under 100", "Accessories/All", "Sale/All"),
}
"""The shop's own categories: broad, and partly useless, as they are in practice."""

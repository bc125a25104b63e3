"""A shop and a street that are drawn, so that the truth about them is known.

For demonstrations, tests and measurements of scale: product i of a seed is the same however many there are, in its
texts, its pictures and what is wrong with it.

- `catalogue.products` and `catalogue.picture`: one product after the other, with its `truth.Truth`
- `texts.product_batches`: rows of the `products` table, several hundred thousand a second
- `street.street_scene`: several people, with the box of each garment
- `export`: what a shop hands over, as files; `server.PictureServer`: its pictures behind addresses

A garment is a few outlines in units of the body (`geometry`, `body`, `cut`), filled with cloth (`fabric`), lit as a
height field with folds (`paint`). `wardrobe.toml` names the categories, cloths and colours, `words.toml` the words.
"""

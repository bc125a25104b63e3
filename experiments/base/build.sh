#!/usr/bin/env bash
# Builds wildwear-base from the collections that its card names. Needs the extra [train]; two cores take about an hour.
#   WILDWEAR_DATA=folder-of-collections experiments/base/build.sh WORKSPACE
set -euo pipefail
here=$(dirname "$0")
workspace=$1
data=${WILDWEAR_DATA:?the folder of the collections}
wildwear=(wildwear -w "$workspace")

classes=Blazer,Blouse,Button-Down,Cardigan,Hoodie,Jacket,Sweater,Tank,Tee,Top,Longsleeve,Polo,Sweatshirt,Vest,Bra
classes+=,Chinos,Jeans,Leggings,Shorts,Skirt,Cape,Coat,Dress,Jumpsuit,Romper,Suit,Bodysuit,Shoes,Hat

# The data. `wild` is used on its own train side; that its val side shares senders with it is said in the card.
source "$here/../collections.sh"

# Features: fine-tuned end to end on small pictures, and ImageNet's own, side by side. Which box of a whole photograph
# shows a tag is found while learning.
"${wildwear[@]}" dataset localise tagged candidates --boxes all
"${wildwear[@]}" train finetuned --recipe "$here/finetuned.toml" --on street*2 --on candidates --on wild*0.5 \
  --on catalogue*0.6 --classes "$classes" --accept-leaks
python "$here/backbone.py" -w "$workspace" --name lite0-192 --size 192
python "$here/join.py" -w "$workspace" finetuned lite0-192 --name joined
"${wildwear[@]}" dataset localise tagged weak --model finetuned --min-score 0.1

# The classifier, and a probe on ImageNet's features alone to compare it with.
data_for_probe=(--on street*3 --on weak*1.5 --on wild --on catalogue*0.3 --balance none --classes "$classes")
"${wildwear[@]}" train wildwear-base --init joined "${data_for_probe[@]}" --l2 0.1 --licence Apache-2.0
python "$here/backbone.py" -w "$workspace" --name lite0-imagenet
"${wildwear[@]}" train probe --init lite0-imagenet "${data_for_probe[@]}" --l2 0.1
for side in street:val wild:val; do
  "${wildwear[@]}" evaluate "$workspace/models/wildwear-base" finetuned --compare-to probe --on "$side"
done

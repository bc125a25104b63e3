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

# A first model, a probe on ImageNet features, gives the tags of whole photographs a box each.
python "$here/backbone.py" -w "$workspace" --name lite0-imagenet
"${wildwear[@]}" train first --init lite0-imagenet --on street*3 --on wild --classes "$classes"
python "$here/localise.py" -w "$workspace" --model first --score 0.2 --boxes "$data/street/boxes.csv" \
  --tags "$data/street-tagged/tags.csv" --out "$workspace/weak.csv"
"${wildwear[@]}" dataset import table "$workspace/weak.csv" --name weak --labels street-tagged \
  --images "$data/street-tagged/photos" --val 0 --test 0

# Features: fine-tuned end to end on small pictures, and ImageNet's own, side by side.
# wild's val side shares senders with its train side, as its card says.
"${wildwear[@]}" train finetuned --recipe "$here/finetuned.toml" --on street*2 --on weak*1.2 --on wild \
  --on tagged*0.25 --on catalogue*0.6 --classes "$classes" --accept-leaks --threads 1 --precision bf16
python "$here/backbone.py" -w "$workspace" --name lite0-192 --size 192
python "$here/join.py" -w "$workspace" finetuned lite0-192 --name joined

# The classifier, and a probe on ImageNet's features alone to compare it with.
data_for_probe=(--on street*3 --on weak*1.5 --on wild --on catalogue*0.3 --balance none --classes "$classes")
"${wildwear[@]}" train wildwear-base --init joined "${data_for_probe[@]}" --l2 0.1 --licence Apache-2.0
"${wildwear[@]}" train probe --init lite0-imagenet "${data_for_probe[@]}" --l2 0.1
for side in street:val wild:val; do
  "${wildwear[@]}" evaluate "$workspace/models/wildwear-base" finetuned --compare-to probe --on "$side"
done

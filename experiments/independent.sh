#!/usr/bin/env bash
# Makes the workspace in which `wildwear reproduce experiments/independent.toml` runs. Needs the extra [train].
#   WILDWEAR_DATA=folder-of-collections experiments/independent.sh WORKSPACE
set -euo pipefail
here=$(dirname "$0")
workspace=$1
data=${WILDWEAR_DATA:?the folder of the collections}
wildwear=(wildwear -w "$workspace")

source "$here/collections.sh"

# A box for each tag: first as a model sees it that knows the catalogue alone, then as one that has learned from that.
python "$here/base/backbone.py" -w "$workspace" --name lite0-imagenet
"${wildwear[@]}" train knows --init lite0-imagenet --on wild --on 'catalogue*0.3' --l2 0.1
"${wildwear[@]}" dataset localise tagged weak --model knows --min-score 0 --boxes 3
"${wildwear[@]}" reproduce "$here/independent.toml" --only weak
"${wildwear[@]}" dataset localise tagged weak --min-score 0 --boxes 3 --model \
  "$(basename "$(find "$workspace/models" -maxdepth 1 -name 'independent.weak.s0.*')")"

#!/usr/bin/env bash
# Makes the workspace in which `wildwear reproduce experiments/independent.toml` runs. Needs the extra [train].
#   WILDWEAR_DATA=folder-of-collections experiments/independent.sh WORKSPACE
set -euo pipefail
here=$(dirname "$0")
workspace=$1
data=${WILDWEAR_DATA:?the folder of the collections}
wildwear=(wildwear -w "$workspace")

source "$here/collections.sh"

python "$here/base/backbone.py" -w "$workspace" --name lite0-imagenet
"${wildwear[@]}" dataset localise tagged candidates --boxes all

# Garments in films: one film to learn from, the others to be measured on.
"${wildwear[@]}" clips build "$data/movies" --annotated "$here/movies.csv" --model none
"${wildwear[@]}" clips export movies --garments all --boxes worn --draw-by person \
  --val-films walking --val-films store-aisle --val-films classroom

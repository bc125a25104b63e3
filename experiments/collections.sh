# Makes a workspace of the collections, for scripts that have set `wildwear` and `data`.
# wild keeps the split that it comes with, whose sides share senders.
"${wildwear[@]}" init
"${wildwear[@]}" dataset import table "$data/wild-garments/labels.csv" --name wild --labels wild-garments \
  --given-split use --accept-leaks
"${wildwear[@]}" dataset import table "$data/street/boxes.csv" --name street --labels street --given-split use
"${wildwear[@]}" dataset import table "$data/street-tagged/tags.csv" --name tagged --labels street-tagged \
  --val 0 --test 0 || test $? = 3 # one photograph has no tag
"${wildwear[@]}" import "$data/luma/products.csv" --images "$data/luma/images"
"${wildwear[@]}" label
"${wildwear[@]}" fetch
"${wildwear[@]}" split catalogue --val 0.1 --test 0

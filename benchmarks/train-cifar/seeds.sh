#!/bin/sh
# QCFS with and without RCS, three seeds each, to compare: sh seeds.sh FOLDER writes the networks there, and tells when Top-K stops
# and how many neurons of the first layer fire.
folder=$(realpath "$1")
cd "$(dirname "$0")"
for seed in 1 2 3; do
  for data_set in fashion-mnist mnist; do
    for alpha in 0 0.002; do
      name=$data_set-qcfs4$([ $alpha = 0 ] || echo -rcs)-seed$seed
      python train.py --data-set $data_set --activation qcfs --rcs $alpha --epochs 6 --seed $seed \
        --out "$folder/$name.safetensors" --log logs/seeds/$name.jsonl
    done
  done
done
node stops.mjs --log logs/seeds/stops.jsonl "$folder"/mnist-qcfs4-seed?.safetensors "$folder"/mnist-qcfs4-rcs-seed?.safetensors \
  "$folder"/fashion-mnist-qcfs4-seed?.safetensors "$folder"/fashion-mnist-qcfs4-rcs-seed?.safetensors
node firing.mjs --log logs/seeds/firing.jsonl "$folder"/*-seed?.safetensors

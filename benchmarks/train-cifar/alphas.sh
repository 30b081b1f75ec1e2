#!/bin/sh
# The weights of RCS that were tried: short runs, judged by 5,000 training images that are held out.
cd "$(dirname "$0")"
for data_set in fashion-mnist mnist; do
  for alpha in 0 0.0005 0.001 0.002 0.005; do
    python train.py --data-set $data_set --activation qcfs --rcs $alpha --epochs 3 --hold-out 5000 \
      --log logs/alphas/$data_set-$alpha.jsonl
  done
done

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the numbers that test_split.cpp and test_dataset_batches.cpp expect. Needs nothing but Python.

mt19937_64 is written out from Nishimura's description; the 10000th output of the default seed is the check that the C++
standard gives for std::mt19937_64 (section [rand.predef]).
"""
MASK = (1 << 64) - 1


class Mt19937_64:
    def __init__(self, seed):
        self.state = [seed & MASK]
        for i in range(1, 312):
            before = self.state[-1]
            self.state.append((6364136223846793005 * (before ^ (before >> 62)) + i) & MASK)
        self.index = 312

    def __call__(self):
        if self.index == 312:
            for i in range(312):
                x = (self.state[i] & 0xFFFFFFFF80000000) | (self.state[(i + 1) % 312] & 0x7FFFFFFF)
                self.state[i] = self.state[(i + 156) % 312] ^ (x >> 1) ^ (0xB5026F5AA96619E9 if x & 1 else 0)
            self.index = 0
        x = self.state[self.index]
        self.index += 1
        x ^= (x >> 29) & 0x5555555555555555
        x ^= (x << 17) & 0x71D67FFFEDA60000
        x ^= (x << 37) & 0xFFF7EEE000000000
        return x ^ (x >> 43)


def below(engine, n):
    rejected = (1 << 64) % n
    while True:
        draw = engine()
        if draw >= rejected:
            return draw % n


def shuffle(values, engine):
    for left in range(len(values), 1, -1):
        other = below(engine, left)
        values[left - 1], values[other] = values[other], values[left - 1]


def main():
    engine = Mt19937_64(5489)
    for _ in range(9999):
        engine()
    assert engine() == 9981545732273789042

    order = list(range(30))
    shuffle(order, Mt19937_64(7))
    print("30 cells, seed 7, 0.1 and 0.2: test", sorted(order[:3]), "validation", sorted(order[3:9]))
    groups = list(range(5))
    shuffle(groups, Mt19937_64(3))
    print("5 groups, seed 3: order", groups)
    engine = Mt19937_64(11)
    for i in range(2):
        rows = list(range(100, 110))
        shuffle(rows, engine)
        print("batches of 10 rows from 100, seed 11: pass", i, rows)


main()

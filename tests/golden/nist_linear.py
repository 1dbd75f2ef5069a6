"""Writes nist_linear.json: the linear-regression data sets of the NIST Statistical Reference Datasets with exact answers.

Data: NIST StRD (public domain), https://www.itl.nist.gov/div898/strd/lls/lls.shtml, the decimals published there (taken
from test suites that quote them, since this machine does not reach NIST).
Answers: the normal equations solved in rational arithmetic on those decimals (Python 3.11, fractions), square roots to 60
digits (decimal). Six of NIST's certified values are compared below, one or more of each data set read from a listing but
NoInt1, NoInt2 and Wampler1-4, whose data follow from a formula.
No code of this project is involved. Run: python3 tests/golden/nist_linear.py
"""

import json
from decimal import Decimal, getcontext
from fractions import Fraction
from pathlib import Path

getcontext().prec = 60

NORRIS = """0.1 0.2 338.8 337.4 118.1 118.2 888.0 884.6 9.2 10.1 228.1 226.5 668.5 666.3 998.5 996.3 449.1 448.6 778.9 777.0
559.2 558.2 0.3 0.4 0.1 0.6 778.1 775.5 668.8 666.9 339.3 338.0 448.9 447.5 10.8 11.6 557.7 556.0 228.3 228.1 998.0 995.8
888.8 887.6 119.6 120.2 0.3 0.3 0.6 0.3 557.6 556.8 339.3 339.1 888.0 887.2 998.5 999.0 778.9 779.0 10.2 11.1 117.6 118.3
228.9 229.2 668.4 669.1 449.2 448.9 0.2 0.5"""

PONTIUS = """.11019 .21956 .32949 .43899 .54803 .65694 .76562 .87487 .98292 1.09146 1.20001 1.30822 1.41599 1.52399 1.63194
1.73947 1.84646 1.95392 2.06128 2.16844 .11052 .22018 .32939 .43886 .54798 .65739 .76596 .87474 .98300 1.09150 1.20004
1.30818 1.41613 1.52408 1.63159 1.73965 1.84696 1.95445 2.06177 2.16829"""

LONGLEY = """60323 83.0 234289 2356 1590 107608 1947 61122 88.5 259426 2325 1456 108632 1948 60171 88.2 258054 3682 1616 109773
1949 61187 89.5 284599 3351 1650 110929 1950 63221 96.2 328975 2099 3099 112075 1951 63639 98.1 346999 1932 3594 113270
1952 64989 99.0 365385 1870 3547 115094 1953 63761 100.0 363112 3578 3350 116219 1954 66019 101.2 397469 2904 3048 117388
1955 67857 104.6 419180 2822 2857 118734 1956 68169 108.4 442769 2936 2798 120445 1957 66513 110.8 444546 4681 2637 121950
1958 68655 112.6 482704 3813 2552 123366 1959 69564 114.2 502601 3931 2514 125368 1960 69331 115.7 518173 4806 2572 127852
1961 70551 116.9 554894 4007 2827 130081 1962"""

FILIP = """0.8116 -6.860120914 0.9072 -4.324130045 0.9052 -4.358625055 0.9039 -4.358426747 0.8053 -6.955852379 0.8377
-6.661145254 0.8667 -6.355462942 0.8809 -6.118102026 0.7975 -7.115148017 0.8162 -6.815308569 0.8515 -6.519993057 0.8766
-6.204119983 0.8885 -5.853871964 0.8859 -6.109523091 0.8959 -5.79832982 0.8913 -5.482672118 0.8959 -5.171791386 0.8971
-4.851705903 0.9021 -4.517126416 0.909 -4.143573228 0.9139 -3.709075441 0.9199 -3.499489089 0.8692 -6.300769497 0.8872
-5.953504836 0.89 -5.642065153 0.891 -5.031376979 0.8977 -4.680685696 0.9035 -4.329846955 0.9078 -3.928486195 0.7675
-8.56735134 0.7705 -8.363211311 0.7713 -8.107682739 0.7736 -7.823908741 0.7775 -7.522878745 0.7841 -7.218819279 0.7971
-6.920818754 0.8329 -6.628932138 0.8641 -6.323946875 0.8804 -5.991399828 0.7668 -8.781464495 0.7633 -8.663140179 0.7678
-8.473531488 0.7697 -8.247337057 0.77 -7.971428747 0.7749 -7.676129393 0.7796 -7.352812702 0.7897 -7.072065318 0.8131
-6.774174009 0.8498 -6.478861916 0.8741 -6.159517513 0.8061 -6.835647144 0.846 -6.53165267 0.8751 -6.224098421 0.8856
-5.910094889 0.8919 -5.598599459 0.8934 -5.290645224 0.894 -4.974284616 0.8957 -4.64454848 0.9047 -4.290560426 0.9129
-3.885055584 0.9209 -3.408378962 0.9219 -3.13200249 0.7739 -8.726767166 0.7681 -8.66695597 0.7665 -8.511026475 0.7703
-8.165388579 0.7702 -7.886056648 0.7761 -7.588043762 0.7809 -7.283412422 0.7961 -6.995678626 0.8253 -6.691862621 0.8602
-6.392544977 0.8809 -6.067374056 0.8301 -6.684029655 0.8664 -6.378719832 0.8834 -6.065855188 0.8898 -5.752272167 0.8964
-5.132414673 0.8963 -4.811352704 0.9074 -4.098269308 0.9119 -3.66174277 0.9228 -3.2644011"""

DELTA = [759, -2048, 2048, -2048, 2523, -2048, 2048, -2048, 1838, -2048, 2048, -2048, 1838, -2048, 2048, -2048, 2523,
         -2048, 2048, -2048, 759]


def numbers(text):
    return [Fraction(token) for token in text.split()]


def powers(x, degree, first=0):
    return [[v**k for k in range(first, degree + 1)] for v in x]


def cases():
    """Name -> (rows, y), exact."""
    norris = numbers(NORRIS)
    yield "Norris", powers(norris[1::2], 1), norris[0::2]
    pontius = numbers(PONTIUS)
    yield "Pontius", powers([Fraction(150000 * (1 + i % 20)) for i in range(40)], 2), pontius
    yield "NoInt1", powers([Fraction(v) for v in range(60, 71)], 1, 1), [Fraction(v) for v in range(130, 141)]
    yield "NoInt2", powers([Fraction(v) for v in (4, 5, 6)], 1, 1), [Fraction(v) for v in (3, 4, 4)]
    filip = numbers(FILIP)
    yield "Filip", powers(filip[1::2], 10), filip[0::2]
    longley = numbers(LONGLEY)
    yield "Longley", [[Fraction(1)] + longley[i + 1:i + 7] for i in range(0, 112, 7)], longley[0::7]
    x = [Fraction(v) for v in range(21)]
    rows = powers(x, 5)
    plain = [sum(r) for r in rows]
    yield "Wampler1", rows, plain
    yield "Wampler2", rows, [sum(c * Fraction(1, 10**k) for k, c in enumerate(r)) for r in rows]
    for name, factor in (("Wampler3", 1), ("Wampler4", 100), ("Wampler5", 10000)):
        yield name, rows, [a + factor * d for a, d in zip(plain, DELTA)]


def inverse(matrix):
    """Gauss-Jordan in fractions."""
    n = len(matrix)
    work = [row[:] + [Fraction(int(i == j)) for j in range(n)] for i, row in enumerate(matrix)]
    for k in range(n):
        pivot = next(i for i in range(k, n) if work[i][k])
        work[k], work[pivot] = work[pivot], work[k]
        work[k] = [v / work[k][k] for v in work[k]]
        for i in range(n):
            if i != k and work[i][k]:
                factor = work[i][k]
                work[i] = [a - factor * b for a, b in zip(work[i], work[k])]
    return [row[n:] for row in work]


def root(value):
    return float((Decimal(value.numerator) / Decimal(value.denominator)).sqrt())


def solve(name, rows, y):
    n, p = len(rows), len(rows[0])
    gram = [[sum(r[i] * r[j] for r in rows) for j in range(p)] for i in range(p)]
    inv = inverse(gram)
    xy = [sum(r[i] * v for r, v in zip(rows, y)) for i in range(p)]
    coef = [sum(a * b for a, b in zip(row, xy)) for row in inv]
    rss = sum((v - sum(a * b for a, b in zip(r, coef))) ** 2 for r, v in zip(rows, y))
    sigma2 = rss / (n - p)
    return {
        "name": name,
        "columns": p,
        "rows": [[float(v) for v in r] for r in rows],
        "y": [float(v) for v in y],
        "coef": [float(c) for c in coef],
        "se": [root(sigma2 * inv[i][i]) for i in range(p)],
        "sigma": root(sigma2),
        "rss": float(rss),
    }


if __name__ == "__main__":
    results = [solve(*case) for case in cases()]
    by_name = {r["name"]: r for r in results}
    # A few of NIST's certified values, to show that the data are right.
    assert f"{by_name['Norris']['coef'][0]:.12e}" == "-2.623230737740e-01"
    assert f"{by_name['Pontius']['coef'][2]:.13e}" == "-3.1608187134503e-15"
    assert f"{by_name['Filip']['coef'][0]:.11f}" == "-1467.48961422980"
    assert f"{by_name['Filip']['se'][10]:.14e}" == "8.96632837373868e-06"
    assert f"{by_name['Longley']['coef'][0]:.8f}" == "-3482258.63459582"
    assert f"{by_name['Wampler5']['se'][0]:.7f}" == "21523262.4678170"
    origin = "NIST StRD linear regression; exact rational answers by tests/golden/nist_linear.py (Python 3.11)"
    lines = ",\n".join(json.dumps(r) for r in results)
    path = Path(__file__).with_suffix(".json")
    path.write_text('{"origin": ' + json.dumps(origin) + ', "results": [\n' + lines + "\n]}\n")

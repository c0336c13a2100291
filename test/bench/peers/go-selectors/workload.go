package main

import (
	"fmt"
	"strconv"

	"k8s.io/apimachinery/pkg/labels"
)

// The deterministic fleet that all peers and Titan are measured over; ../workload.ts says what it is.

func mix(i uint64) uint64 { // splitmix64, made non-negative
	z := (i + 1) * 0x9E3779B97F4A7C15
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
	z = (z ^ (z >> 27)) * 0x94D049BB133111EB
	return (z ^ (z >> 31)) >> 1
}

func hostKey(i int) string   { return fmt.Sprintf("host-%07d", i) }
func targetKey(k int) string { return fmt.Sprintf("t%05d", k) }

func u(x uint64) string { return strconv.FormatUint(x, 10) }

// hostLabels: region(10) x tier(8) x site(500) x env(3), 5% gpu, plus two labels that the runs edit.
func hostLabels(i int, probe bool) labels.Set {
	h := mix(uint64(i))
	flip := "c"
	if i < 10_000 {
		flip = "a"
	} else if i < 100_000 {
		flip = "b"
	}
	on := "off"
	if probe {
		on = "on"
	}
	s := labels.Set{
		"region": "r" + u(h%10), "tier": "t" + u(h/10%8), "site": "s" + u(h/80%500),
		"env": []string{"prod", "stage", "dev"}[h/40_000%3], "managed": "yes", "flip": flip, "probe": on,
	}
	if h/120_000%20 == 0 {
		s["gpu"] = "yes"
	}
	return s
}

func selectorText(k int) string {
	switch {
	case k == 0:
		return "managed"
	case k == 1:
		return "flip=none"
	case k == 2:
		return "probe=on"
	case k < 40:
		return fmt.Sprintf("region=r%d,tier=t%d", k%10, k/10%8)
	}
	z := mix(uint64(k) + 1_000_000_000)
	if k%10 < 8 {
		return fmt.Sprintf("site=s%d,tier=t%d", z%500, z/500%8)
	}
	set := fmt.Sprintf("(s%d,s%d,s%d)", z%500, z/500%500, z/250_000%500)
	if k%10 == 8 {
		return "site in " + set + ",env=prod"
	}
	return fmt.Sprintf("gpu,region=r%d,tier=t%d,site notin %s", z%10, z/10%8, set)
}

func mustParse(text string) labels.Selector {
	s, err := labels.Parse(text)
	if err != nil {
		panic(err)
	}
	return s
}

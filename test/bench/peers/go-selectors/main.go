// Measures label selectors as a controller author would run them: naive loops, then a bitmap index.
package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"time"

	"k8s.io/apimachinery/pkg/labels"
)

var hosts, targets int

func out(what string, value float64, unit string) {
	format := "%.6g"
	if unit == "count" {
		format = "%.0f"
	}
	fmt.Printf("{\"peer\":\"go-selectors\",\"case\":%q,\"hosts\":%d,\"targets\":%d,\"value\":"+format+",\"unit\":%q}\n", what, hosts, targets, value, unit)
}

func heapMiB() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}

// perOp runs op(0), op(1), ... for about two seconds and returns the mean time of one.
func perOp(op func(i int)) time.Duration {
	start, i := time.Now(), 0
	for ; i < 3 || time.Since(start) < 2*time.Second && i < 2_000_000; i++ {
		op(i)
	}
	return time.Since(start) / time.Duration(i)
}

func us(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e3 }

func expect(ok bool, what string) {
	if !ok {
		fmt.Fprintln(os.Stderr, "CHECK FAILED:", what)
		os.Exit(1)
	}
}

func loadNaive(n, t int) *Naive {
	x := NewNaive()
	for k := 0; k < t; k++ {
		x.EditTarget(targetKey(k), mustParse(selectorText(k)))
	}
	for i := 0; i < n; i++ {
		x.EditHost(hostKey(i), hostLabels(i, false))
	}
	return x
}

func loadIndexed(n, t int) *Indexed {
	x := NewIndexed()
	for i := 0; i < n; i++ {
		x.EditHost(hostKey(i), hostLabels(i, false))
	}
	for k := 0; k < t; k++ {
		id := targetKey(k)
		num, joined, _ := x.EditTarget(id, mustParse(selectorText(k)))
		for it := joined.Iterator(); it.HasNext(); {
			h := it.Next()
			x.hostTargets[h] = append(x.hostTargets[h], num)
		}
	}
	return x
}

// A target edit between narrow pairs of labels.
func narrow(i int) string { return fmt.Sprintf("site=s%d,tier=t%d", i*7%500, i%8) }

// edits prepares host edits that each toggle probe, so that making the label set is not part of the timing.
func edits(n int) func(i int) (string, labels.Set) {
	const sample = 10_000
	var sets [2][sample]labels.Set
	var keys [sample]string
	for j := range keys {
		h := j * 7919 % n
		keys[j], sets[0][j], sets[1][j] = hostKey(h), hostLabels(h, true), hostLabels(h, false)
	}
	return func(i int) (string, labels.Set) { return keys[i%sample], sets[i/sample%2][i%sample] }
}

func naiveHostEdits(n, t int) {
	x := loadNaive(n, t)
	count := 0
	for _, m := range x.members {
		count += len(m)
	}
	out("plain-loops-memberships", float64(count), "count")
	edit := edits(n)
	d := perOp(func(i int) {
		_, changed := x.EditHost(edit(i))
		expect(changed, "naive host edit")
	})
	out("plain-loops-host-edit", us(d), "µs")
}

func indexed(n, t int) {
	before, start := heapMiB(), time.Now()
	x := loadIndexed(n, t)
	out("load", float64(n)/time.Since(start).Seconds(), "per s")
	out("live-heap", heapMiB()-before, "MiB")
	count := uint64(0)
	for _, tg := range x.targets {
		count += tg.members.GetCardinality()
	}
	out("memberships", float64(count), "count")

	edit := edits(n)
	d := perOp(func(i int) {
		_, changed := x.EditHost(edit(i))
		expect(changed, "indexed host edit")
	})
	out("host-edit", us(d), "µs")

	want := min(n, 100_000)
	flip := func(sel string) {
		num, joined, left := x.EditTarget(targetKey(1), mustParse(sel))
		expect(int(joined.GetCardinality()+left.GetCardinality()) == want, "indexed flip")
		expect(len(x.Records(num, joined, left)) == want, "records")
	}
	there := perOp(func(i int) { flip("flip in (a,b)"); flip("flip=none") }) // there and back, so host lists stay right
	out("target-edit-flip", us(there)/2000, "ms")

	num, joined, left := x.EditTarget(targetKey(50), mustParse(narrow(0)))
	x.Records(num, joined, left)
	d = perOp(func(i int) { x.Records(x.EditTarget(targetKey(50), mustParse(narrow(i+1)))) })
	out("target-edit-narrow", us(d), "µs")
}

// check: both versions agree, host by host, after loading and after edits of every kind.
func check(n, t int) {
	a, b := loadNaive(n, t), loadIndexed(n, t)
	agree := func(when string) {
		for i := 0; i < n; i++ {
			h := hostKey(i)
			expect(slices.Equal(a.members[h], b.ids(b.hostTargets[b.num[h]])), when+" "+h)
		}
	}
	agree("load")
	for i := 0; i < 2000; i++ {
		h, set := i*7919%n, hostLabels(i*31, i%2 == 0)
		da, ca := a.EditHost(hostKey(h), set)
		db, cb := b.EditHost(hostKey(h), set)
		expect(ca == cb && slices.Equal(da.Prev, db.Prev) && slices.Equal(da.Next, db.Next), "host delta")
	}
	agree("host edits")
	for i := 0; i < 200; i++ {
		id, sel := targetKey(i), mustParse(selectorText(t+i*37))
		da := a.EditTarget(id, sel)
		num, joined, left := b.EditTarget(id, sel)
		expect(len(da) == len(b.Records(num, joined, left)), "target delta")
	}
	agree("target edits")
}

// Arguments: hosts and targets of the index; plain loops are measured at 10,000 hosts and 100 targets.
func main() {
	expect(len(os.Args) == 3, "two arguments: hosts, targets")
	check(2_000, 500)
	hosts, targets = 10_000, 100
	naiveHostEdits(hosts, targets)
	var err error
	hosts, err = strconv.Atoi(os.Args[1])
	expect(err == nil, "a number of hosts")
	targets, err = strconv.Atoi(os.Args[2])
	expect(err == nil, "a number of targets")
	indexed(hosts, targets)
}

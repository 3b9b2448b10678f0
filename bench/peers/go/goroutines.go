// The work of bench/goroutines.c in Go, its output, too. Usage: goroutines spawn|yield|parked
package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"
)

const (
	spawns   = 2000000
	yielders = 16
	yields   = 400000
	parked   = 100000
)

var group, gate sync.WaitGroup

func end() { group.Done() }

func spawn() float64 {
	begun := time.Now()
	for i := 0; i < spawns; i++ {
		group.Add(1)
		go end()
		group.Wait()
	}
	return float64(time.Since(begun).Nanoseconds()) / spawns
}

func yieldOften() {
	for i := 0; i < yields; i++ {
		runtime.Gosched()
	}
	group.Done()
}

func yield() float64 {
	begun := time.Now()
	group.Add(yielders)
	for i := 0; i < yielders; i++ {
		go yieldOften()
	}
	group.Wait()
	return float64(time.Since(begun).Nanoseconds()) / (yielders * yields)
}

func kilobytes() float64 {
	sum := 0.0
	text, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(text), "\n") {
		var amount float64
		if strings.HasPrefix(line, "VmRSS:") || strings.HasPrefix(line, "VmPTE:") {
			fmt.Sscanf(line[6:], "%f", &amount)
			sum += amount
		}
	}
	return sum
}

func park() {
	gate.Wait()
	group.Done()
}

func parkMany() (float64, float64) {
	before, begun := kilobytes(), time.Now()
	group.Add(parked)
	gate.Add(1)
	for i := 0; i < parked; i++ {
		go park()
	}
	runtime.Gosched()
	startedNs := time.Since(begun).Nanoseconds()
	bytes := (kilobytes() - before) * 1024 / parked
	resumed := time.Now()
	gate.Done()
	group.Wait()
	return float64(startedNs+time.Since(resumed).Nanoseconds()) / parked, bytes
}

func main() {
	switch os.Args[1] {
	case "spawn":
		fmt.Printf("%.1f\n", spawn())
	case "yield":
		fmt.Printf("%.1f\n", yield())
	case "parked":
		ns, bytes := parkMany()
		fmt.Printf("%.1f %.0f\n", ns, bytes)
	}
}

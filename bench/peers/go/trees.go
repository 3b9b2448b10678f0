// The work of bench/trees.c in Go: prints the seconds it took. Usage: trees DEPTH
package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

type tree struct{ left, right *tree }

func build(depth int) *tree {
	t := new(tree)
	if depth > 0 {
		t.left = build(depth - 1)
		t.right = build(depth - 1)
	}
	return t
}

func (t *tree) count() int {
	if t.left == nil {
		return 1
	}
	return 1 + t.left.count() + t.right.count()
}

func main() {
	depth := 16
	if len(os.Args) > 1 {
		depth, _ = strconv.Atoi(os.Args[1])
	}
	begin := time.Now()
	nodes := build(depth + 1).count()
	longest := build(depth)
	for small := 4; small <= depth; small += 4 {
		for round := 1 << (depth - small + 4); round > 0; round-- {
			nodes += build(small).count()
		}
	}
	nodes += longest.count()
	fmt.Printf("%.3f s, %d nodes\n", time.Since(begin).Seconds(), nodes)
}

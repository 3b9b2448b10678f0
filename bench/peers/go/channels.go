// The peer of bench/channels.c: the same work and output, on GOMAXPROCS processors.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

const (
	buffer   = 128
	ringSize = 1000
	selected = 4
	lockers  = 8
)

func pingPong(count int64) {
	there, back := make(chan int64), make(chan int64)
	go func() {
		for value := range there {
			back <- value
		}
	}()
	for i := int64(0); i < count; i++ {
		there <- i
		<-back
	}
	close(there)
}

func buffered(count int64) {
	there := make(chan int64, buffer)
	go func() {
		for i := int64(0); i < count; i++ {
			there <- i
		}
		close(there)
	}()
	for range there {
	}
}

func ringHop(count int64) {
	ring := make([]chan int64, ringSize+1)
	for i := range ring {
		ring[i] = make(chan int64)
	}
	for i := 0; i < ringSize; i++ {
		go func(from, to chan int64) {
			for value := range from {
				to <- value
			}
			close(to)
		}(ring[i], ring[i+1])
	}
	for i := int64(0); i < count/ringSize; i++ {
		ring[0] <- i
		<-ring[ringSize]
	}
	close(ring[0])
	<-ring[ringSize]
}

func selectOver4(count int64) {
	var chans [selected]chan int64
	for i := range chans {
		chans[i] = make(chan int64)
		go func(to chan int64) {
			for i := int64(0); i < count/selected; i++ {
				to <- i
			}
		}(chans[i])
	}
	for i := int64(0); i < count/selected*selected; i++ {
		select {
		case <-chans[0]:
		case <-chans[1]:
		case <-chans[2]:
		case <-chans[3]:
		}
	}
}

func mutexOf8(count int64) {
	var mutex sync.Mutex
	var group sync.WaitGroup
	var guarded int64
	group.Add(lockers)
	for i := 0; i < lockers; i++ {
		go func() {
			for i := int64(0); i < count/lockers; i++ {
				mutex.Lock()
				guarded++
				mutex.Unlock()
			}
			group.Done()
		}()
	}
	group.Wait()
}

func spawnAndJoin(count int64) {
	var group sync.WaitGroup
	group.Add(int(count))
	for i := int64(0); i < count; i++ {
		go group.Done()
	}
	group.Wait()
}

func yieldOf2(count int64) {
	var group sync.WaitGroup
	group.Add(2)
	for i := 0; i < 2; i++ {
		go func() {
			for i := int64(0); i < count/2; i++ {
				runtime.Gosched()
			}
			group.Done()
		}()
	}
	group.Wait()
}

func main() {
	cases := []struct {
		name  string
		run   func(count int64)
		count int64
	}{
		{"ping-pong", pingPong, 500000},
		{"buffered", buffered, 3000000},
		{"ring-hop", ringHop, 1000000},
		{"select-4", selectOver4, 500000},
		{"mutex-8", mutexOf8, 4000000},
		{"spawn-join", spawnAndJoin, 500000},
		{"yield", yieldOf2, 2000000},
	}
	for _, it := range cases {
		it.run(it.count / 10) // warm
		begin := time.Now()
		it.run(it.count)
		fmt.Printf("%s %.1f\n", it.name, float64(time.Since(begin).Nanoseconds())/float64(it.count))
	}
}

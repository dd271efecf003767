// Says of each object that it reads, one JSON document after the other, how Argo CD's own engine judges it by a health script.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/argoproj/argo-cd/v2/util/lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func main() {
	log.SetFlags(0)
	script, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	objects := json.NewDecoder(os.Stdin)
	for {
		var text json.RawMessage
		if err := objects.Decode(&text); err == io.EOF {
			return
		} else if err != nil {
			log.Fatal(err)
		}
		// Its own reader: it tells whole numbers from others.
		object := &unstructured.Unstructured{}
		if err := object.UnmarshalJSON(text); err != nil {
			log.Fatal(err)
		}
		health, err := lua.VM{}.ExecuteHealthLua(object, string(script))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s %s\n", health.Status, health.Message)
	}
}

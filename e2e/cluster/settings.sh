# Sourced by every script of the cluster. All of it may be set from outside.
cluster=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CLUSTER_NAME=${CLUSTER_NAME:-eddyline}   # of the host's link and of the control groups
NODES=${NODES:-3}
NODE_NETWORK=${NODE_NETWORK:-10.98.0}    # a /24: .1 is the API server and the DNS, .254 this machine
POD_NETWORK=${POD_NETWORK:-10.243}       # a /16: node i has .i.0/24
SERVICE_NETWORK=${SERVICE_NETWORK:-10.97}
CLUSTER_CACHE=${CLUSTER_CACHE:-$cluster/../.cache/cluster}
STATE=${STATE:-/var/tmp/eddyline-k8s}    # short: the name of a socket ends at 107 characters
API=$NODE_NETWORK.1
HOST=$NODE_NETWORK.254
PAUSE=e2e.eddyline.dev/pause:1
AUDIT=$STATE/log/audit.jsonl

mkdir -p "$CLUSTER_CACHE"
CLUSTER_CACHE=$(cd "$CLUSTER_CACHE" && pwd)
PROGRAMS=$CLUSTER_CACHE/$(cat "$cluster"/programs/go.mod "$cluster"/programs/go.sum "$cluster"/programs/*/*.go "$cluster/build" | sha256sum | cut -c1-12)

all_nodes() { seq -f 'n%g' "$NODES"; }
node_address() { echo "$NODE_NETWORK.$((10 + ${1#n}))"; }
node_pods() { echo "$POD_NETWORK.${1#n}.0/24"; }
api() { "$PROGRAMS/kubectl" --kubeconfig "$STATE/access/admin.conf" --request-timeout 20s "$@"; }

# The first process inside namespaces that `unshare --fork` with this id made.
first_inside() {
	local inside=
	for _ in $(seq 500); do
		read -r inside _ <"/proc/$1/task/$1/children" || true # the line has no end
		[ -z "$inside" ] || break
		sleep 0.02
	done
	echo "$inside"
}

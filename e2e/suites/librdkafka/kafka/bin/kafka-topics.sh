#!/usr/bin/env bash
# What librdkafka's tests ask of Kafka's script of that name, done by our own command line: no Java is started.
set -euo pipefail
declare -a options=()
action='' topic=''
while [ $# -gt 0 ]; do
	case $1 in
		--bootstrap-server) options+=(--bootstrap "$2"); shift ;;
		--create | --alter | --delete) action=${1#--} ;;
		--topic) topic=$2; shift ;;
		--partitions) options+=(--partitions "$2"); shift ;;
		--replication-factor) options+=(--replicas "$2"); shift ;;
		--config) options+=(--config "$2"); shift ;;
		*) echo "unknown option $1" >&2; exit 2 ;;
	esac
	shift
done
[ "$action" != delete ] || options+=(--yes)
exec "$EDDYLINE" topic "$action" "$topic" "${options[@]}"

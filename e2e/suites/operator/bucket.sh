# Sourced after stage.sh by scenarios with a bucket: moto on this machine, where pods reach it, until the scenario ends.
tools=$root/e2e/.cache/tiering
"$root/e2e/suites/tiering/install" "$tools" >"$work/install" 2>&1 || { cat "$work/install" >&2; die "moto cannot be installed"; }
export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_DEFAULT_REGION=us-east-1
store=http://$HOST:19123
"$tools/venv/bin/moto_server" -H "$HOST" -p 19123 >"$work/moto.log" 2>&1 &
store_pid=$!
ended() {
	local status=$?
	set +e # what comes is to be done whatever failed
	kill "$store_pid" 2>/dev/null
	(exit $status)
	leave
}
trap ended EXIT
bucket() { "$tools/venv/bin/python" "$root/e2e/suites/tiering/bucket.py" "$store" "$@"; }
within 60 "the bucket is made" bucket make

# Sourced after harness.sh by suites that need an S3 store: on 127.0.0.1:$store_port, with keys of its own, until the suite ends.
# E2E_STORE=moto (default): seconds to install, but it checks no signature, knows no user, and forgets everything when it ends.
# E2E_STORE=minio: a real one, built once (e2e/stores/minio).
store_kind=${E2E_STORE:-moto}
tools=$cache/tiering
store_port=$(free_port)
store=http://127.0.0.1:$store_port
python=$tools/venv/bin/python
export AWS_DEFAULT_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true
unset AWS_SESSION_TOKEN AWS_PROFILE
"$root/e2e/suites/tiering/install" "$tools" >"$logs/install.log" 2>&1 || leave_out "moto and boto3 cannot be installed"
case $store_kind in
	moto) export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any ;;
	minio)
		minio=$("$root/e2e/stores/minio" "$cache/minio" 2>"$logs/minio-build.log") || leave_out "MinIO cannot be built"
		export AWS_ACCESS_KEY_ID=eddyline-e2e AWS_SECRET_ACCESS_KEY=$RANDOM-$RANDOM-$RANDOM-$RANDOM
		;;
	*) finish_early "E2E_STORE is moto or minio" ;;
esac
echo "store: $store_kind"

s3() { "$python" "$root/e2e/suites/tiering/bucket.py" "$store" "$@"; }

# Starts it, or starts it again on what it had; sets store_pid.
store_up() {
	if [ "$store_kind" = moto ]; then
		"$tools/venv/bin/moto_server" -H 127.0.0.1 -p "$store_port" >>"$logs/store.log" 2>&1 &
	else
		MINIO_ROOT_USER=$AWS_ACCESS_KEY_ID MINIO_ROOT_PASSWORD=$AWS_SECRET_ACCESS_KEY MINIO_SITE_REGION=$AWS_DEFAULT_REGION MINIO_BROWSER=off \
			MINIO_UPDATE=off "$minio" server --quiet --address "127.0.0.1:$store_port" --console-address 127.0.0.1:0 "$work/store" >>"$logs/store.log" 2>&1 &
	fi
	store_pid=$!
	started+=("$store_pid")
	for _ in $(seq 300); do listens "$store_port" && return 0; sleep 0.1; done
	return 1
}
store_made() { # the bucket `tiered` is there
	store_up || return 1
	for _ in $(seq 100); do s3 make >>"$logs/store.log" 2>&1 && return 0; sleep 0.2; done
	return 1
}

# Sourced after harness.sh by suites that need an S3 store: on 127.0.0.1:$store_port, with keys of its own, until the suite ends.
# E2E_STORE=moto (default): seconds to install, but it checks no signature, knows no user, and forgets everything when it ends.
# E2E_STORE=minio: a real one, built once (e2e/stores/minio). E2E_STORE=radosgw: Ceph's, of Debian's packages (e2e/stores/radosgw).
# E2E_STORE=garage: one that ignores conditions, built once (e2e/stores/garage).
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
	radosgw)
		command -v radosgw >/dev/null && command -v ceph-osd >/dev/null || leave_out "Debian's radosgw, ceph-mon, ceph-osd and ceph-mgr are not installed"
		export AWS_ACCESS_KEY_ID=eddyline-e2e AWS_SECRET_ACCESS_KEY=$RANDOM-$RANDOM-$RANDOM-$RANDOM
		;;
	garage)
		garage=$("$root/e2e/stores/garage" "$cache/garage" 2>"$logs/garage-build.log") || leave_out "Garage cannot be built"
		export AWS_ACCESS_KEY_ID=GK$(openssl rand -hex 12) AWS_SECRET_ACCESS_KEY=$(openssl rand -hex 32) AWS_DEFAULT_REGION=garage
		;;
	*) finish_early "E2E_STORE is moto, minio, radosgw or garage" ;;
esac
echo "store: $store_kind"

s3() { "$python" "$root/e2e/suites/tiering/bucket.py" "$store" "$@"; }

# Starts it, or starts it again on what it had; sets store_pid.
store_up() {
	case $store_kind in
		moto) "$tools/venv/bin/moto_server" -H 127.0.0.1 -p "$store_port" >>"$logs/store.log" 2>&1 & ;;
		minio)
			MINIO_ROOT_USER=$AWS_ACCESS_KEY_ID MINIO_ROOT_PASSWORD=$AWS_SECRET_ACCESS_KEY MINIO_SITE_REGION=$AWS_DEFAULT_REGION MINIO_BROWSER=off \
				MINIO_UPDATE=off "$minio" server --quiet --address "127.0.0.1:$store_port" --console-address 127.0.0.1:0 "$work/store" >>"$logs/store.log" 2>&1 &
			;;
		radosgw) "$root/e2e/stores/radosgw" "$work/store" "$store_port" >>"$logs/store.log" 2>&1 & ;;
		garage) garage_up & ;;
	esac
	store_pid=$!
	started+=("$store_pid")
	for _ in $(seq 1800); do listens "$store_port" && return 0; sleep 0.1; done
	return 1
}
garage_up() {
	local rpc
	rpc=$(free_port)
	mkdir -p "$work/store"
	cat >"$work/store/garage.toml" <<-CONF
		metadata_dir = "$work/store/meta"
		data_dir = "$work/store/data"
		db_engine = "sqlite"
		replication_factor = 1
		rpc_bind_addr = "127.0.0.1:$rpc"
		rpc_secret = "$(openssl rand -hex 32)"
		[s3_api]
		s3_region = "garage"
		api_bind_addr = "127.0.0.1:$store_port"
	CONF
	GARAGE_DEFAULT_ACCESS_KEY=$AWS_ACCESS_KEY_ID GARAGE_DEFAULT_SECRET_KEY=$AWS_SECRET_ACCESS_KEY GARAGE_DEFAULT_BUCKET=tiered \
		exec "$garage" -c "$work/store/garage.toml" server --single-node --default-bucket >>"$logs/store.log" 2>&1
}
# Hangs, and goes on: with everything that it consists of.
store_hangs() { kill -STOP "$store_pid" $(pgrep -P "$store_pid"); }
store_goes_on() { kill -CONT "$store_pid" $(pgrep -P "$store_pid"); }
store_made() { # the bucket `tiered` is there
	store_up || return 1
	for _ in $(seq 100); do s3 make >>"$logs/store.log" 2>&1 && return 0; sleep 0.2; done
	return 1
}

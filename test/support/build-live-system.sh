#!/bin/sh
# Builds a live system whose cloud-init is Debian's. Usage: build-live-system.sh FOLDER KERNEL_VERSION
#   filesystem.squashfs  Debian 12 with cloud-init
#   modules/             what mounts it, in the order in which it is loaded
set -eu
folder=$1 version=$2
root=$folder/root
mkdir -p "$folder/kernel" "$folder/modules"
cd "$folder"

apt-get -q download "linux-image-$version" >/dev/null
dpkg-deb -x ./linux-image-*.deb kernel
depmod -b kernel "$version"
number=10
for module in loop isofs squashfs overlay; do
  modprobe --dirname kernel --set-version "$version" --show-depends "$module"
done | sed -n 's/^insmod //p' | awk '!seen[$1]++ { print $1 }' >modules.list
while read -r file; do
  cp "$file" "modules/$number-${file##*/}"
  number=$((number + 1))
done <modules.list

debootstrap --variant=minbase --include=cloud-init,python3-cffi-backend bookworm "$root" http://deb.debian.org/debian >debootstrap.log 2>&1
rm -rf "$root/usr/share/doc" "$root/usr/share/man" "$root/usr/share/locale" "$root/var/lib/apt/lists" \
  "$root/var/cache/apt" "$root/var/log/bootstrap.log"
mksquashfs "$root" filesystem.squashfs -comp lz4 -no-progress -quiet
rm -rf "$root" kernel modules.list ./*.deb

#!/bin/sh
# Makes a fresh root file system small: slim.sh ROOT. Runs on the host, after debootstrap.
set -eu
root=$1
[ -d "$root/var/lib/dpkg" ] || { echo "slim.sh: $root is no Debian root file system" >&2; exit 1; }

# Also holds for packages that are installed later. Copyright files stay: licences ask for them.
mkdir -p "$root/etc/dpkg/dpkg.cfg.d" "$root/etc/apt/apt.conf.d"
cat > "$root/etc/dpkg/dpkg.cfg.d/slim" <<'EOF'
path-exclude=/usr/share/doc/*
path-include=/usr/share/doc/*/copyright
path-exclude=/usr/share/man/*
path-exclude=/usr/share/info/*
path-exclude=/usr/share/locale/*
path-exclude=/usr/share/bash-completion/*
EOF
# Packages and their lists are never kept in a layer.
cat > "$root/etc/apt/apt.conf.d/slim" <<'EOF'
APT::Install-Recommends "false";
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
EOF
# The layer is written whole or not at all, so no file needs to reach the disk before the next; and nobody can be asked.
echo force-unsafe-io > "$root/etc/dpkg/dpkg.cfg.d/speed"
echo 'debconf debconf/frontend select Noninteractive' | chroot "$root" debconf-set-selections

# No service can be started while a package is installed.
printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
chmod 0755 "$root/usr/sbin/policy-rc.d"

find "$root/usr/share/doc" -type f ! -name copyright -delete
find "$root/usr/share/doc" -depth -type d -empty -delete
for directory in usr/share/man usr/share/info usr/share/locale usr/share/bash-completion var/lib/apt/lists var/cache var/log; do
  [ -d "$root/$directory" ] && find "$root/$directory" -mindepth 1 ! -type d -delete
done
find "$root/usr/share/locale" -mindepth 1 -type d -empty -delete
# Of the machine that built it, not of the image; engines write their own.
rm -f "$root/etc/resolv.conf" "$root/etc/hostname" "$root/etc/machine-id"

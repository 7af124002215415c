package dev.hookbridge.harness.libvirt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;

/** Guests, a network and a container that start in a fraction of a second and need no system. */
public final class Guests {
  /**
   * A boot sector that waits for the power button of ACPI (PIIX4: bit 8 of port 0x600, once enabled
   * at 0x602) and switches off by port 0x604. It halts between looks, as the timer's tick wakes it.
   */
  private static final String BOOT = "ba0206b80001effbf4ba0006edf6c40174f6ba0406b80020efebfe";

  /** A boot sector that writes to the port of pvpanic after 20 ticks of the timer, and halts. */
  private static final String PANIC = "fbb91400f4e2fdba0505b001eef4ebfd";

  /** A boot sector that starts the watchdog ib700 with no time left, and halts. */
  private static final String WATCHDOG = "fbba4304b00feef4ebfd";

  /** A boot sector that writes the first sector of the second cylinder, and halts. */
  private static final String WRITE = "31c08ec0bb007cb80103b90101ba8000cd13f4ebfd";

  private final Hypervisor hypervisor;
  private final Path disk;
  private final Path panic;
  private final Path watchdog;

  public Guests(Hypervisor hypervisor, Path shared) throws IOException {
    this.hypervisor = hypervisor;
    this.disk = shared.resolve("boot.img");
    this.panic = shared.resolve("panic.img");
    Files.write(disk, sector(BOOT));
    Files.write(panic, sector(PANIC));
    this.watchdog = shared.resolve("watchdog.img");
    Files.write(watchdog, sector(WATCHDOG));
  }

  private static byte[] sector(String code) {
    byte[] sector = Arrays.copyOf(HexFormat.of().parseHex(code), 512);
    sector[510] = 0x55;
    sector[511] = (byte) 0xaa;
    return sector;
  }

  /**
   * @param network of its NIC, or empty for none
   */
  public void define(String guest, String network) throws IOException {
    String nic =
        network.isEmpty()
            ? ""
            : "<interface type='network'><source network='"
                + network
                + "'/><model type='virtio'/></interface>";
    define(guest, disk, nic, "destroy");
  }

  /**
   * Defines a guest whose system panics a second after its start.
   *
   * @param onCrash what libvirt does then
   */
  public void definePanicking(String guest, String onCrash) throws IOException {
    define(guest, panic, "<panic model='isa'/>", onCrash);
  }

  /** Defines a guest whose watchdog pauses it at once. */
  public void defineWatched(String guest) throws IOException {
    define(guest, watchdog, "<watchdog model='ib700' action='pause'/>", "destroy");
  }

  /** Defines a guest that writes to its disk, where there is no room, and is paused for that. */
  public void defineOnFullDisk(String guest) throws IOException {
    String folder = hypervisor.folder.resolve(guest + ".full").toString();
    Path image = Path.of(folder, "disk.img");
    Files.write(hypervisor.folder.resolve(guest + ".img"), sector(WRITE));
    String script =
        "mkdir -p $1 && mount -t tmpfs -o size=4k tmpfs $1 && cp $2 $3 && truncate -s 2M $3";
    String source = hypervisor.folder.resolve(guest + ".img").toString();
    hypervisor.inside("sh", "-c", script, "sh", folder, source, image.toString());
    define(guest, image, "", "destroy");
  }

  /** Defines a guest with a USB controller, whose devices need no system to be unplugged. */
  public void defineWithUsb(String guest) throws IOException {
    define(guest, disk, "<controller type='usb' index='0' model='piix3-uhci'/>", "destroy");
  }

  private void define(String guest, Path image, String devices, String onCrash) throws IOException {
    String usb = devices.contains("usb") ? "" : "<controller type='usb' model='none'/>";
    String xml =
        """
        <domain type='qemu'>
          <name>%s</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>
          <os><type arch='x86_64' machine='pc'>hvm</type></os>
          <features><acpi/></features>
          <on_crash>%s</on_crash>
          <devices>
            <disk type='file' device='disk'>
              <driver name='qemu' type='raw' error_policy='stop'/><source file='%s'/><target dev='hda' bus='ide'/>
              <shareable/>
            </disk>
            %s<memballoon model='none'/>%s
          </devices>
        </domain>
        """
            .formatted(guest, onCrash, image, usb, devices);
    hypervisor.virsh("define", write(guest, xml));
  }

  public void defineNetwork(String network, int subnet) throws IOException {
    String xml =
        """
        <network>
          <name>%s</name><bridge name='vb%s'/>
          <ip address='192.168.%d.1' netmask='255.255.255.0'>
            <dhcp><range start='192.168.%d.10' end='192.168.%d.20'/></dhcp>
          </ip>
        </network>
        """
            .formatted(network, network, subnet, subnet, subnet);
    hypervisor.virsh("net-define", write(network, xml));
  }

  public void defineContainer(String container) throws IOException {
    Path root = hypervisor.folder.resolve(container + ".root");
    for (String name : new String[] {"bin", "proc", "sys", "dev"}) {
      Files.createDirectories(root.resolve(name));
    }
    Files.copy(Path.of("/bin/busybox"), root.resolve("bin/sh"));
    String xml =
        """
        <domain type='lxc'>
          <name>%s</name><memory unit='MiB'>32</memory>
          <os><type>exe</type><init>/bin/sh</init></os>
          <devices>
            <filesystem type='mount'><source dir='%s'/><target dir='/'/></filesystem>
            <console type='pty'/>
          </devices>
        </domain>
        """
            .formatted(container, root);
    hypervisor.virsh("--connect", "lxc:///system", "define", write(container, xml));
  }

  private String write(String name, String xml) throws IOException {
    Path file = hypervisor.folder.resolve(name + ".xml");
    Files.writeString(file, xml);
    return file.toString();
  }
}

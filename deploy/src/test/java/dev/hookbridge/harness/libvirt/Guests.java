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

  private final Hypervisor hypervisor;
  private final Path disk;

  public Guests(Hypervisor hypervisor, Path shared) throws IOException {
    this.hypervisor = hypervisor;
    this.disk = shared.resolve("boot.img");
    byte[] sector = Arrays.copyOf(HexFormat.of().parseHex(BOOT), 512);
    sector[510] = 0x55;
    sector[511] = (byte) 0xaa;
    Files.write(disk, sector);
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
    String xml =
        """
        <domain type='qemu'>
          <name>%s</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>
          <os><type arch='x86_64' machine='pc'>hvm</type></os>
          <features><acpi/></features>
          <devices>
            <disk type='file' device='disk'>
              <driver name='qemu' type='raw'/><source file='%s'/><target dev='hda' bus='ide'/>
              <shareable/>
            </disk>
            <controller type='usb' model='none'/><memballoon model='none'/>%s
          </devices>
        </domain>
        """
            .formatted(guest, disk, nic);
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

package dev.hookbridge.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every kind of device that libvirt knows, and what the summary says of it. */
class SummaryTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          file      | <source file='/a.img'/>                                   | source=/a.img
          block     | <source dev='/dev/sda'/>                                  | source=/dev/sda
          dir       | <source dir='/a'/>                                        | source=/a
          network   | <source protocol='rbd' name='p/i'><host name='m'/></source> | source=p/i,protocol=rbd
          network   | <source protocol='nbd'><host name='h' port='10809'/></source> | source=h:10809,protocol=nbd
          network   | <source protocol='nbd'><host name='fe80::1' port='1'/></source> | source=[fe80::1]:1,protocol=nbd
          network   | <source protocol='nbd'><host transport='unix' socket='/s'/></source> | source=/s,protocol=nbd
          volume    | <source pool='p' volume='v'/>                             | source=p/v
          nvme      | <source type='pci' namespace='2'><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source> | source=0000:01:00.0,namespace=2
          vhostuser | <source type='unix' path='/tmp/v.sock'/>                  | source=/tmp/v.sock
          vhostvdpa | <source dev='/dev/vhost-vdpa-0'/>                         | source=/dev/vhost-vdpa-0
          """)
  void disk(String type, String inner, String expected) throws IOException {
    assertThat(device("disk type='" + type + "'", inner, "disks"))
        .isEqualTo("type=" + type + "," + expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          network   | <source network='n' bridge='b' portid='p'/>     | network=n,bridge=b,portId=p
          bridge    | <source bridge='br0'/>                          | bridge=br0
          user      | <source dev='eth0'/>                            | device=eth0
          ethernet  | <target dev='tap0'/>                            | target=tap0
          direct    | <source dev='eth0' mode='vepa'/>                | device=eth0
          hostdev   | <source><address type='pci' domain='0x0000' bus='0x03' slot='0x07' function='0x1'/></source> | address=0000:03:07.1
          vhostuser | <source type='unix' path='/tmp/n.sock' mode='server'/> | socket=/tmp/n.sock
          vdpa      | <source dev='/dev/vhost-vdpa-0'/>               | device=/dev/vhost-vdpa-0
          server    | <source address='192.168.0.1' port='5558'/>     | endpoint=192.168.0.1:5558
          client    | <source address='fe80::1' port='5558'/>         | endpoint=[fe80::1]:5558
          mcast     | <source address='230.0.0.1' port='5558'/>       | endpoint=230.0.0.1:5558
          udp       | <source address='127.0.0.1' port='1'><local address='127.0.0.2' port='2'/></source> | endpoint=127.0.0.1:1
          internal  | <source name='inner'/>                          | network=inner
          vds       | <source switchid='50 34' portid='7' portgroupid='g' connectionid='1'/> | switch=50 34
          """)
  void nic(String type, String inner, String expected) throws IOException {
    assertThat(device("interface type='" + type + "'", inner, "interfaces"))
        .isEqualTo("type=" + type + "," + expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          pci       | <source><address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/></source> | 0000:06:12.5
          pci       | <source><address bus='10' slot='010' function='0'/></source>                   | 0000:0a:08.0
          pci       | <source><address domain='65536' bus='0' slot='31' function='7'/></source>      | 10000:00:1f.7
          pci       | <source><address domain='0' bus='0X0A' slot='0' function='0'/></source>        | 0000:0a:00.0
          usb       | <source><vendor id='0x1234'/><product id='0xbeef'/></source>                   | 1234:beef
          usb       | <source><vendor id='4660'/><product id='0x1'/></source>                        | 1234:0001
          usb       | <source><vendor id='0x1'/><product id='0x2'/><address bus='1' device='2'/></source> | 0001:0002
          usb       | <source><address bus='1' device='0x04'/></source>                              | 1-4
          usb       | <source><address bus='1' port='2.3'/></source>                                 | port:1-2.3
          scsi      | <source><adapter name='scsi_host2'/><address bus='0' target='0' unit='1'/></source> | scsi_host2:0:0:1
          scsi      | <source protocol='iscsi' name='iqn.2014-08.com.example:a/1'><host name='h' port='3260'/></source> | iqn.2014-08.com.example:a/1
          scsi_host | <source protocol='vhost' wwpn='naa.5123456789abcde0'/>                         | naa.5123456789abcde0
          mdev      | <source><address uuid='c2177883-f1bb-47f0-914d-32a22e3a8804'/></source>        | c2177883-f1bb-47f0-914d-32a22e3a8804
          storage   | <source><block>/dev/sdf1</block></source>                                      | /dev/sdf1
          misc      | <source><char>/dev/input/event3</char></source>                                | /dev/input/event3
          net       | <source><interface>eth0</interface></source>                                   | eth0
          """)
  void hostdev(String type, String inner, String address) throws IOException {
    assertThat(device("hostdev type='" + type + "'", inner, "hostdevs"))
        .isEqualTo("type=" + type + ",address=" + address);
  }

  @ParameterizedTest
  @CsvSource({"bus='1x'", "bus='08'", "bus='-1'", "bus='0x'", "bus=''", "bus='4294967296'"})
  void invalidNumberGivesNoAddress(String bus) throws IOException {
    String inner = "<source><address " + bus + " slot='0' function='0'/></source>";
    assertThat(device("hostdev type='pci'", inner, "hostdevs")).isEqualTo("type=pci");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          mount    | <source dir='/r'/><target dir='/'/><readonly/>     | source=/r,target=/,readonly=true
          mount    | <driver type='virtiofs'/><source socket='/s'/><target dir='tag'/> | driver=virtiofs,source=/s,target=tag
          block    | <source dev='/dev/sdb'/><target dir='/b'/>         | source=/dev/sdb,target=/b
          file     | <source file='/f.img'/><target dir='/f'/>          | source=/f.img,target=/f
          template | <source name='t'/><target dir='/'/>                | source=t,target=/
          ram      | <source usage='2' units='MiB'/><target dir='/tmp'/> | usageKiB=2048,target=/tmp
          ram      | <source usage='1024'/><target dir='/tmp'/>         | usageKiB=1024,target=/tmp
          bind     | <source dir='/x'/><target dir='/y'/>               | source=/x,target=/y
          volume   | <source pool='p' volume='v'/><target dir='/v'/>    | source=p/v,target=/v
          """)
  void filesystem(String type, String inner, String expected) throws IOException {
    assertThat(device("filesystem type='" + type + "'", inner, "filesystems"))
        .isEqualTo("type=" + type + "," + expected);
  }

  @ParameterizedTest
  @CsvSource({
    "1,PiB,1099511627776",
    "1,EiB,1125899906842624",
    "1025,b,2",
    "1,bytes,1",
    "0,b,0",
    "1,KB,1",
    "1024,kB,1000",
    "1,MB,977",
    "3,GiB,3145728",
    "2,,2",
    "1,k,1",
    "1,T,1073741824",
    "15,E,16888498602639360",
    "16,E,",
    "1,XiB,",
    "1,KiBi,",
    "1,PB,976562500000"
  })
  void memory(String number, String unit, Long kib) throws IOException {
    String attribute = unit == null ? "" : " unit='" + unit + "'";
    String xml = "<domain><memory" + attribute + ">" + number + "</memory></domain>";
    JsonNode domain = Calls.dataOf(xml).get("domain");
    assertThat(domain.has("memoryKiB") ? domain.get("memoryKiB").asLong() : null).isEqualTo(kib);
  }

  @Test
  void aDeviceOfANetworkHasItsAddress() throws IOException {
    String xml =
        "<hookData><network><forward mode='hostdev'><pf dev='eth0'/><interface dev='eth1'/>"
            + "<address type='pci' domain='0' bus='16' slot='0' function='1'/></forward></network>"
            + "<networkport><plug type='hostdev-pci' managed='yes'><address domain='0x0000'"
            + " bus='0x03' slot='0x07' function='0x1'/></plug></networkport></hookData>";
    JsonNode data = Calls.dataOf(xml);
    assertThat(data.at("/network/devices")).hasToString("[\"eth0\",\"eth1\",\"0000:10:00.1\"]");
    assertThat(data.at("/port/device").asText()).isEqualTo("0000:03:07.1");
  }

  /** What stands beside a source, or below one of another kind, is none. */
  @Test
  void onlyTheExactPlaceCounts() throws IOException {
    String xml =
        "<domain><devices><disk><backingStore><source file='no'/></backingStore>"
            + "<mirror><source file='no'/></mirror></disk><diskette/><filesystems><source dir='no'/>"
            + "</filesystems></devices></domain>";
    JsonNode domain = Calls.dataOf(xml).get("domain");
    assertThat(domain.get("disks")).hasToString("[{}]");
    assertThat(domain.get("filesystems")).isEmpty();
  }

  private static String device(String element, String inner, String list) throws IOException {
    String name = element.substring(0, element.indexOf(' '));
    String xml =
        "<domain><devices><" + element + ">" + inner + "</" + name + "></devices></domain>";
    JsonNode data = Calls.dataOf(xml);
    assertThat(Schemas.strictly("hook.v1", data)).isEmpty();
    JsonNode devices = data.at("/domain/" + list);
    assertThat(devices).hasSize(1);
    return devices.get(0).properties().stream()
        .map(member -> member.getKey() + "=" + member.getValue().asText())
        .collect(Collectors.joining(","));
  }
}

package dev.hookbridge.it.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hookbridge.harness.host.FreePort;
import dev.hookbridge.harness.host.Hooks;
import dev.hookbridge.harness.host.Host;
import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.Repository;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The status page of a real agent, as a real browser shows it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StatusPageIT {
  private static final String HOSTILE = "<img src=x onerror=alert(1)>";
  private static final String LIVE = "document.getElementById('live').textContent === 'live'";

  private Host host;
  private Hooks hooks;
  private Browser browser;
  private String address;

  @BeforeAll
  void begin(@TempDir Path folder) throws Exception {
    Needs.command("chromium");
    int port = FreePort.find();
    address = "http://127.0.0.1:" + port + "/";
    String path = folder.resolve("events.jsonl").toString();
    host = new Host(folder, "kvm-07", "  local: { type: file, path: " + path + " }\n");
    Path yaml = host.data.resolve("etc/hookbridge.yaml");
    Files.writeString(yaml, Files.readString(yaml).replace("127.0.0.1:0", "127.0.0.1:" + port));
    hooks = new Hooks(host);
    host.startAgent();
    host.awaitReady();
    browser = Browser.open(Files.createDirectory(folder.resolve("chromium")));
  }

  @AfterAll
  void end() {
    if (browser != null) {
      browser.close();
    }
    if (host != null) {
      host.close();
    }
  }

  private void show() throws Exception {
    browser.go(address);
    browser.await(LIVE);
  }

  private static String row(String subject) {
    return "[...document.querySelectorAll('#events tbody tr')].some(row => row.cells[2].textContent"
        + " === '"
        + subject
        + "')";
  }

  private void start(String guest) throws Exception {
    hooks.fire("qemu", List.of(guest, "started", "begin", "-"), "<domain/>");
  }

  @Test
  void aHookIsSeenWithoutAReload() throws Exception {
    browser.window(1200, 900, false);
    show();
    browser.value("window.mark = 1");
    start("web1");
    browser.await(row("web1"));
    assertThat(browser.value("window.mark").asInt()).isEqualTo(1);
    assertThat(browser.text("document.title")).isEqualTo("kvm-07.example.org: all well");
    // The event is shown as soon as it is stored, its file is removed a moment later.
    browser.await(
        "document.querySelector('#mailbox dl').textContent"
            + ".startsWith('Files waiting0Calls since the start')");
  }

  @Test
  void aHostileNameIsText() throws Exception {
    show();
    start(HOSTILE);
    start("evil\u202egnp.exe");
    browser.await(row(HOSTILE));
    browser.await(row("evil\\\\u{202e}gnp.exe"));
    browser.go(address); // and once more, made by the server
    browser.await(row(HOSTILE));
    assertThat(browser.value("document.querySelectorAll('img').length").asInt()).isZero();
    assertThat(browser.seen("Page.javascriptDialogOpening")).isEmpty();
  }

  @Test
  void nothingIsAskedOfAnybodyElse() throws Exception {
    show();
    assertThat(browser.seen("Network.requestWillBeSent"))
        .extracting(request -> request.at("/request/url").asText())
        .contains(address, address + "status.js", address + "status.css", address + "status/stream")
        .allMatch(url -> url.startsWith(address));
    assertThat(browser.seen("Log.entryAdded")).isEmpty();
    assertThat(browser.seen("Runtime.exceptionThrown")).isEmpty();
  }

  /** Should a name ever become more than text, the browser would not do what it says. */
  @Test
  void theBrowserRefusesWhatIsNotThePages() throws Exception {
    show();
    assertThatThrownBy(() -> browser.value("document.body.innerHTML = '<b>x</b>'"))
        .hasMessageContaining("TrustedHTML");
    int elsewhere = FreePort.find();
    String asked =
        "fetch('http://127.0.0.1:" + elsewhere + "/').then(() => 'sent', e => 'refused')";
    assertThat(browser.text(asked)).isEqualTo("refused");
    assertThat(browser.seen("Log.entryAdded").toString()).contains("Content Security Policy");
  }

  @Test
  void aPhoneInTheDark() throws Exception {
    start("a-guest-with-" + "a-very-long-".repeat(5) + "name");
    for (boolean dark : new boolean[] {false, true}) {
      browser.window(360, 740, dark);
      show();
      int width = browser.value("document.documentElement.scrollWidth").asInt();
      assertThat(width).as("nothing to scroll sideways for").isLessThanOrEqualTo(360);
      BufferedImage picture =
          ImageIO.read(new ByteArrayInputStream(keep(dark ? "phone-dark" : "phone")));
      assertThat(picture.getWidth()).isEqualTo(360);
      assertThat(brightness(picture.getRGB(2, 2)))
          .matches(bright -> dark ? bright < 60 : bright > 200);
    }
  }

  @Test
  void aWideScreenInTheDark() throws Exception {
    for (boolean dark : new boolean[] {false, true}) {
      browser.window(1200, 900, dark);
      show();
      keep(dark ? "wide-dark" : "wide");
      JsonNode tops =
          browser.value(
              "['sinks', 'spool', 'mailbox'].map(id =>"
                  + " document.getElementById(id).getBoundingClientRect().top)");
      assertThat(tops.get(0)).as("two columns").isEqualTo(tops.get(1)).isNotEqualTo(tops.get(2));
    }
  }

  private static int brightness(int rgb) {
    return ((rgb >> 16 & 255) + (rgb >> 8 & 255) + (rgb & 255)) / 3;
  }

  /** For people to look at. */
  private byte[] keep(String name) throws Exception {
    byte[] picture = browser.picture();
    Path folder = Files.createDirectories(Repository.file("deploy").resolve("target/status-page"));
    Files.write(folder.resolve(name + ".png"), picture);
    return picture;
  }

  @Test
  void anAgentThatIsAwayAndComesBack() throws Exception {
    show();
    browser.value("window.mark = 1");
    assertThat(host.stopAgent()).isZero();
    browser.await("document.getElementById('live').textContent.startsWith('not live')");
    start("while-away");
    host.startAgent();
    browser.await(LIVE);
    browser.await(row("while-away"));
    assertThat(browser.value("window.mark").asInt()).isEqualTo(1);
  }

  @Test
  void withoutAScriptItIsWhole() throws Exception {
    start("no-script");
    browser.call("Emulation.setScriptExecutionDisabled", java.util.Map.of("value", true));
    try {
      browser.go(address);
      String html = host.ask("/").body();
      assertThat(html).contains("no-script", "<noscript><meta http-equiv=\"refresh\"");
      assertThat(browser.seen("Network.requestWillBeSent"))
          .extracting(request -> request.at("/request/url").asText())
          .doesNotContain(address + "status/stream");
    } finally {
      browser.call("Emulation.setScriptExecutionDisabled", java.util.Map.of("value", false));
    }
  }
}

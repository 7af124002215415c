package dev.hookbridge.observer.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hookbridge.observer.FakeLibvirt;
import dev.hookbridge.observer.FakeLibvirt.Xdr;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a daemon sends is checked before it is used, and no wait for it is without an end. */
class HostileDaemonTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(100);
  private static final Duration QUIET = Duration.ofMillis(200);
  private static final Duration DEAD = Duration.ofSeconds(2);

  private final List<Integer> heard = new ArrayList<>();
  private final List<Integer> skipped = new ArrayList<>();
  private FakeLibvirt daemon;
  private Path socket;
  private LibvirtConnection connection;

  @BeforeEach
  void connect(@TempDir Path folder) throws Exception {
    socket = folder.resolve("s");
    daemon = new FakeLibvirt(socket);
    LibvirtConnection.Events events =
        new LibvirtConnection.Events() {
          @Override
          public void event(int procedure, XdrReader body) {
            heard.add(procedure);
          }

          @Override
          public void skipped(int procedure) {
            skipped.add(procedure);
          }
        };
    connection = LibvirtConnection.connect(socket, events, QUIET, DEAD);
  }

  @AfterEach
  void close() throws Exception {
    connection.close();
    daemon.close();
  }

  private void open() throws IOException {
    connection.open("qemu:///system", PATIENCE);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 27, -1, Integer.MIN_VALUE, (32 << 20) + 1, Integer.MAX_VALUE})
  void aLengthThatNoMessageHasEndsTheConnection(int length) throws Exception {
    open();
    daemon.send(
        new Xdr()
            .number(length)
            .number(1)
            .number(1)
            .number(1)
            .number(1)
            .number(1)
            .number(1)
            .bytes());
    assertThatThrownBy(() -> connection.listen(PATIENCE))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("a message of " + length + " bytes");
  }

  @Test
  void anotherProtocolEndsTheConnection() throws Exception {
    open();
    daemon.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes());
    assertThatThrownBy(() -> connection.listen(PATIENCE))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void anEventOfSixteenMiBIsSkippedAndTheNextIsHeard() throws Exception {
    open();
    Future<Object> sent =
        inBackground(
            () -> {
              daemon.send(
                  FakeLibvirt.message(FakeLibvirt.REMOTE, 379, 2, 0, 0, new byte[16 << 20]));
              daemon.lifecycle("g", 1, 2, 0);
              return null;
            });
    while (heard.isEmpty()) {
      connection.listen(SHORT);
    }
    sent.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(skipped).containsExactly(379);
    assertThat(heard).containsExactly(FakeLibvirt.LIFECYCLE);
  }

  @Test
  void aReplyThatIsTooLargeEndsTheConnection() throws Exception {
    daemon.answers.put(
        273,
        (fake, serial) ->
            fake.send(
                FakeLibvirt.message(FakeLibvirt.REMOTE, 273, 1, serial, 0, new byte[5 << 20])));
    open();
    assertThatThrownBy(() -> connection.call(273, new XdrWriter().number(1).number(0), PATIENCE))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("a reply is larger than 4 MiB");
  }

  @Test
  void anEventBeforeAReplyIsHeardFirst() throws Exception {
    daemon.answers.put(
        212,
        (fake, serial) -> {
          fake.lifecycle("g", 1, 5, 0);
          fake.reply(212, serial - 1, new Xdr().number(99)); // of a call that nobody waits for
          fake.reply(212, serial, new Xdr().number(1));
        });
    open();
    assertThat(connection.call(212, new XdrWriter(), PATIENCE).number()).isEqualTo(1);
    assertThat(heard).containsExactly(FakeLibvirt.LIFECYCLE);
  }

  @Test
  void aDaemonThatNeverAnswersHoldsNobody() throws Exception {
    daemon.answers.put(66, (fake, serial) -> {});
    assertThatThrownBy(() -> connection.open("qemu:///system", SHORT))
        .isInstanceOf(NoReplyException.class)
        .hasMessage("it did not answer within 100 ms");
  }

  /** As a daemon of a distribution does by default. */
  @Test
  void polkitDecidesWhereTheDaemonWantsIt() throws Exception {
    daemon.answers.put(66, (fake, serial) -> fake.reply(66, serial, new Xdr().number(1).number(2)));
    open();
    assertThat(daemon.called).containsSubsequence(66, 70, 1);
  }

  @Test
  void aRefusalOfPolkitHasItsWords() throws Exception {
    daemon.answers.put(66, (fake, serial) -> fake.reply(66, serial, new Xdr().number(1).number(2)));
    daemon.answers.put(70, (fake, serial) -> fake.error(70, serial, 45, "access denied by policy"));
    assertThatThrownBy(this::open)
        .isInstanceOf(LibvirtErrorException.class)
        .hasMessage("access denied by policy");
  }

  @Test
  void aDaemonThatDemandsPasswordsIsNamed() throws Exception {
    daemon.answers.put(66, (fake, serial) -> fake.reply(66, serial, new Xdr().number(1).number(1)));
    assertThatThrownBy(this::open)
        .hasMessage("it demands SASL on its read-only socket, which is not supported");
  }

  @Test
  void aRefusalHasLibvirtsWords() throws Exception {
    daemon.answers.put(1, (fake, serial) -> fake.error(1, serial, 5, "no connection driver"));
    assertThatThrownBy(this::open)
        .isInstanceOf(LibvirtErrorException.class)
        .hasMessage("no connection driver");
  }

  @Test
  void aPingIsAnswered() throws Exception {
    open();
    daemon.send(FakeLibvirt.message(FakeLibvirt.KEEPALIVE, 1, 2, 0, 0, new byte[0]));
    while (!daemon.called.contains(-2)) {
      connection.listen(SHORT);
    }
    assertThat(heard).isEmpty();
  }

  @Test
  void aQuietDaemonIsAskedForALifeSignAndGivenUpInTheEnd() throws Exception {
    open();
    assertThatThrownBy(() -> connection.listen(Duration.ofMinutes(2)))
        .isInstanceOf(SilentDaemonException.class)
        .hasMessage("it has been silent for 2 s");
    assertThat(daemon.called).contains(-1);
  }

  @Test
  void whoClosesEndsAWait() throws Exception {
    open();
    Future<Object> waiting =
        inBackground(
            () -> {
              connection.listen(Duration.ofMinutes(10));
              return null;
            });
    connection.close();
    assertThatThrownBy(() -> waiting.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .hasCauseInstanceOf(IOException.class);
  }

  @Test
  void aBodyIsNeverReadBeyondItsEnd() throws Exception {
    assertThatThrownBy(() -> new XdrReader(new byte[3]).number())
        .isInstanceOf(MalformedMessageException.class);
    for (int length : new int[] {5, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      byte[] claims = new Xdr().number(length).number(0).bytes();
      assertThatThrownBy(() -> new XdrReader(claims).string())
          .isInstanceOf(MalformedMessageException.class);
    }
    byte[] many = new Xdr().number(2).hyper(0).bytes();
    assertThatThrownBy(() -> new XdrReader(many).count(8))
        .isInstanceOf(MalformedMessageException.class);
    assertThat(new XdrReader(many).count(4)).isEqualTo(2);
  }

  private static Future<Object> inBackground(Callable<Object> task) {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    Future<Object> future = thread.submit(task);
    thread.shutdown();
    return future;
  }
}

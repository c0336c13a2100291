import java.time.Duration;
import java.util.*;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Follows the app's two outputs as a reader who believes only what is committed. */
final class Outputs {
  private static final String PROBE_TARGET = "\"" + Workload.targetKey(Workload.PROBE) + "\"";
  private static final String PROBE_DEPLOYMENT = "\"deployment\":\"d" + Workload.PROBE + "\"";

  volatile long deltas, lastDelta, deployments, lastDeployment, deltaSeenAt, deploymentSeenAt;
  private volatile String awaitedKey;
  private volatile boolean closing;
  /** Per host: what the last delta, and the last deployment record, said of the target that edits of a host flip. */
  final boolean[] joined, assigned;
  private final String prefix, bootstrap;
  private final int partitions;
  private final Thread thread = new Thread(this::consume);

  Outputs(String prefix, String bootstrap, int partitions, int hosts) {
    this.prefix = prefix;
    this.bootstrap = bootstrap;
    this.partitions = partitions;
    joined = new boolean[hosts];
    assigned = new boolean[hosts];
    thread.start();
  }

  private void consume() {
    Properties p = new Properties();
    p.putAll(Map.of("bootstrap.servers", bootstrap, "isolation.level", "read_committed", "fetch.max.wait.ms", 500,
        "enable.auto.commit", "false", "auto.offset.reset", "earliest", "max.poll.records", 5000, "max.partition.fetch.bytes", 4 << 20));
    try (var c = new KafkaConsumer<>(p, new StringDeserializer(), new StringDeserializer())) {
      List<TopicPartition> tps = new ArrayList<>();
      for (int i = 0; i < partitions; i++) for (String s : List.of("deltas", "host-deployments")) tps.add(new TopicPartition(prefix + s, i));
      c.assign(tps);
      while (!closing) {
        var batch = c.poll(Duration.ofMillis(200));
        if (batch.isEmpty()) continue;
        long now = System.nanoTime(), d = 0, e = 0;
        for (var r : batch) {
          int host = Workload.hostNumber(r.key());
          boolean awaited = r.key().equals(awaitedKey);
          if (r.topic().endsWith("deltas")) {
            d++;
            joined[host] = r.value().indexOf(PROBE_TARGET, r.value().indexOf("\"next\"")) >= 0;
            if (awaited) deltaSeenAt = now;
          } else {
            e++;
            if (r.value().contains(PROBE_DEPLOYMENT)) assigned[host] = r.value().contains("\"assign\"");
            if (awaited) deploymentSeenAt = now;
          }
        }
        if (e > 0) { lastDeployment = now; deployments += e; }
        if (d > 0) { lastDelta = now; deltas += d; }          // counters last: a waiter that sees them sees the times
      }
    }
  }

  /** From now on the times at which both records of this host are seen are kept; 0 until then. */
  void watch(String key) {
    deltaSeenAt = deploymentSeenAt = 0;
    awaitedKey = key;
  }

  /** Waits for at least `want` deltas past `from`. */
  void awaitDeltas(long from, long want, int seconds) throws Exception {
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    while (deltas - from < want) {
      if (System.nanoTime() > end) throw new TimeoutException("saw " + (deltas - from) + " of " + want + " deltas in " + seconds + " s");
      Thread.sleep(1);
    }
  }
  void awaitExactly(long from, long want, int seconds) throws Exception {
    awaitDeltas(from, want, seconds);
    if (deltas - from > want) throw new IllegalStateException("surplus deltas: " + (deltas - from) + " > " + want);
  }

  /** Waits until no record has come for 1 s. */
  void settle() throws Exception {
    for (long seen = -1; seen != deployments + deltas; ) { seen = deployments + deltas; Thread.sleep(1000); }
  }

  void close() throws Exception {
    closing = true;
    thread.join();
  }
}

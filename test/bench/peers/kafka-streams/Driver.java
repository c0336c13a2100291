import java.time.Duration;
import java.util.*;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Starts App as a child process, drives it through the broker and prints one JSON line per figure.
 * Options (key=value): n t guarantee match threads linger commit xmx edits kills cases statedir bootstrap
 */
public final class Driver {
  static final int P = 4;
  static final Map<String, String> opt = new HashMap<>(Map.of("n", "10000", "t", "100", "guarantee", "alos", "match", "scan",
      "threads", "2", "linger", "5", "commit", "100", "xmx", "4g", "edits", "500", "kills", "10"));
  static int n, t;
  static String prefix;
  static KafkaProducer<String, String> quick, bulk;           // one for single edits, one that batches for mass loads
  static final BitSet probeOn = new BitSet();
  static Outputs seen;
  static AppProcess app;
  static Admin admin;

  static void send(KafkaProducer<String, String> by, String topic, String k, String v) {
    by.send(new ProducerRecord<>(prefix + topic, k, v), (m, e) -> { if (e != null) e.printStackTrace(); });
  }
  static void editHost(KafkaProducer<String, String> by, int i) {
    probeOn.flip(i);
    send(by, "hosts", Workload.hostKey(i), Workload.labels(i, probeOn.get(i)));
  }
  static KafkaProducer<String, String> producer(int linger) {
    Properties p = new Properties();
    p.putAll(Map.of("bootstrap.servers", opt.get("bootstrap"), "acks", "all", "linger.ms", linger, "batch.size", 128 * 1024));
    return new KafkaProducer<>(p, new StringSerializer(), new StringSerializer());
  }
  static double ms(long nanos) { return nanos / 1e6; }
  static void out(String what, double value, String unit) {
    System.out.printf(Locale.ROOT, "{\"peer\":\"kafka-streams\",\"guarantee\":\"%s\",\"case\":\"%s\",\"hosts\":%d,\"targets\":%d,\"value\":" + (unit.equals("count") ? "%.0f" : "%.6g") + ",\"unit\":\"%s\"}%n",
        opt.get("guarantee"), what, n, t, value, unit);
  }

  // --- cases --------------------------------------------------------------------------------------------------------
  static void bulk() throws Exception {
    long d0 = seen.deltas, t0 = System.nanoTime();
    for (int i = 0; i < n; i++) send(bulk, "hosts", Workload.hostKey(i), Workload.labels(i, false));
    bulk.flush();
    seen.awaitExactly(d0, n, 420);
    seen.settle();
    out("bulk-load", n / ((Math.max(seen.lastDelta, seen.lastDeployment) - t0) / 1e9), "per s");
    out("memberships", Long.parseLong(app.ask("stats")[3]), "count");
    out("deployment-records", seen.deployments, "count");
  }

  static void memory() throws Exception {
    out("live-heap", Long.parseLong(app.ask("heap")[1]) / 1048576.0, "MiB");
    out("resident", app.residentMiB(), "MiB");
  }

  static void latency() throws Exception {
    int warm = 100, edits = Integer.parseInt(opt.get("edits"));
    double[] delta = new double[edits], deployment = new double[edits];
    for (int j = 0; j < warm + edits; j++) {
      int i = (int) ((long) j * 7919 % n);
      seen.watch(Workload.hostKey(i));
      long t0 = System.nanoTime();
      editHost(quick, i);
      while (seen.deltaSeenAt == 0 || seen.deploymentSeenAt == 0) {
        if (System.nanoTime() - t0 > 20e9) throw new TimeoutException("edit lost");
        Thread.sleep(0, 100_000);
      }
      if (j < warm) continue;
      delta[j - warm] = ms(seen.deltaSeenAt - t0);
      deployment[j - warm] = ms(seen.deploymentSeenAt - t0);
    }
    percentiles("edit-to-membership", delta);
    percentiles("edit-to-deployment", deployment);
  }
  static void percentiles(String what, double[] took) {
    Arrays.sort(took);
    out(what + "-p50", took[took.length / 2], "ms");
    out(what + "-p99", took[(int) (took.length * 0.99)], "ms");
  }

  /** There and back, so often; the median. */
  static void flip() throws Exception {
    int hosts = Math.min(n, Workload.FLIPPED), times = 2;
    List<Double> deltas = new ArrayList<>(), deployments = new ArrayList<>();
    double cpu = app.cpuMs();
    for (int j = 0; j < times * 2; j++) {
      seen.settle();
      long d0 = seen.deltas, t0 = System.nanoTime();
      send(quick, "targets", Workload.targetKey(1), j % 2 == 0 ? "flip in (a,b)" : "flip=none");
      seen.awaitExactly(d0, hosts, 120);
      seen.settle();
      deltas.add(ms(seen.lastDelta - t0));
      deployments.add(ms(seen.lastDeployment - t0));
    }
    Collections.sort(deltas);
    Collections.sort(deployments);
    out("flip-to-last-membership", deltas.get(times), "ms");
    out("flip-to-last-deployment", deployments.get(times), "ms");
    out("flip-processor-time", (app.cpuMs() - cpu) / (times * 2), "ms");
  }

  /** Caught up = the deltas of 100 edits sent while the app was down are all visible. */
  static void restart() throws Exception {
    seen.settle();
    long d0 = seen.deltas;
    app.stop();
    for (int j = 0; j < 100; j++) editHost(bulk, (int) ((long) (j + 3) * 104729 % n));
    bulk.flush();
    long t0 = System.nanoTime();
    app = new AppProcess(prefix, opt);
    seen.awaitExactly(d0, 100, 180);
    out("restart-to-caught-up", ms(seen.lastDelta - t0) / 1000, "s");
    out("restart-processor-time", app.cpuMs() / 1000, "s");
  }

  /**
   * Kills the app in the middle of its work, again and again, each time over edits of other hosts; then counts the
   * hosts of which the last output is not what it would be had nothing been killed.
   */
  static void kill() throws Exception {
    int kills = Integer.parseInt(opt.get("kills")), each = n / kills;
    Random random = new Random(1);
    seen.settle();
    long d0 = seen.deltas;
    for (int round = 0; round < kills; round++) {
      long before = seen.deltas;
      for (int j = 0; j < each; j++) editHost(bulk, round * each + j);
      bulk.flush();
      seen.awaitDeltas(before, 1 + random.nextInt(Math.max(1, each / 2)), 120);
      app.kill();
      app = new AppProcess(prefix, opt);
      app.awaitLine("RUNNING", 120);
      awaitInputsCommitted();
    }
    seen.settle();
    seen.settle();
    int deltas = 0, deployments = 0;
    for (int i = 0; i < kills * each; i++) {
      if (seen.joined[i] != probeOn.get(i)) deltas++;
      if (seen.assigned[i] != probeOn.get(i)) deployments++;
    }
    out("kills", kills, "count");
    out("edits-under-kills", (double) kills * each, "count");
    out("memberships-lost", deltas, "count");
    out("deployments-lost", deployments, "count");
    out("memberships-repeated", Math.max(0, seen.deltas - d0 - (long) kills * each + deltas), "count");
  }

  /** Until every host record is taken and committed: nothing more can come of it. */
  static void awaitInputsCommitted() throws Exception {
    Map<TopicPartition, OffsetSpec> inputs = new HashMap<>();
    for (int i = 0; i < P; i++) inputs.put(new TopicPartition(prefix + "hosts", i), OffsetSpec.latest());
    for (long end = System.nanoTime() + 180_000_000_000L; System.nanoTime() < end; Thread.sleep(50)) {
      var ends = admin.listOffsets(inputs).all().get();
      var committed = admin.listConsumerGroupOffsets(prefix + "app").partitionsToOffsetAndMetadata().get();
      if (inputs.keySet().stream().allMatch(p -> committed.get(p) != null && committed.get(p).offset() >= ends.get(p).offset())) return;
    }
    throw new TimeoutException("the inputs were not committed");
  }

  public static void main(String[] args) throws Exception {
    for (String a : args) opt.put(a.substring(0, a.indexOf('=')), a.substring(a.indexOf('=') + 1));
    n = Integer.parseInt(opt.get("n"));
    t = Integer.parseInt(opt.get("t"));
    prefix = "bench.kafka-streams-" + System.currentTimeMillis() % 100_000_000 + ".";
    int exit = 0;
    try (Admin itself = admin = Admin.create(Map.of("bootstrap.servers", opt.get("bootstrap")))) {
      List<NewTopic> topics = new ArrayList<>();
      for (String s : List.of("targets", "deployments")) topics.add(new NewTopic(prefix + s, 1, (short) 1));
      for (String s : List.of("hosts", "targets.bcast", "deployments.bcast", "deltas", "host-deployments")) topics.add(new NewTopic(prefix + s, P, (short) 1));
      admin.createTopics(topics).all().get();
      quick = producer(0);
      bulk = producer(20);
      seen = new Outputs(prefix, opt.get("bootstrap"), P, n);
      try {
        app = new AppProcess(prefix, opt);
        app.awaitLine("RUNNING", 60);
        for (int k = 0; k < t; k++) send(bulk, "targets", Workload.targetKey(k), Workload.selector(k));
        int deployments = Workload.deploymentCount(t);
        for (int d = 0; d < deployments; d++) send(bulk, "deployments", "d" + d, Workload.deploymentTarget(d));
        bulk.flush();
        app.awaitControl((long) t * P, (long) deployments * P);
        for (String c : opt.get("cases").split(",")) switch (c) {
          case "bulk" -> bulk();
          case "memory" -> memory();
          case "latency" -> latency();
          case "flip" -> flip();
          case "restart" -> restart();
          case "kill" -> kill();
          default -> throw new IllegalArgumentException(c);
        }
      } catch (Exception e) {
        e.printStackTrace();
        exit = 1;
      } finally {
        seen.close();
        if (app != null) app.stop();
        for (var p : List.of(quick, bulk)) p.close(Duration.ofSeconds(5));
        List<String> mine = new ArrayList<>();
        for (String s : admin.listTopics().names().get()) if (s.startsWith(prefix)) mine.add(s);
        admin.deleteTopics(mine).all().get();
      }
    }
    System.exit(exit);
  }
}

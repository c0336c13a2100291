import java.util.*;

/** The deterministic fleet that all peers and Titan are measured over; ../workload.ts says what it is. */
final class Workload {
  /** So many hosts are in the target that is edited to flip them, if there are so many. */
  static final int FLIPPED = 100_000;
  /** The number of the target, and of its deployment, that an edit of a host joins or leaves. */
  static final int PROBE = 2;

  static long mix(long i) {                       // splitmix64, made non-negative
    long z = (i + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return (z ^ (z >>> 31)) >>> 1;
  }

  static String hostKey(int i) { return String.format("host-%07d", i); }
  static int hostNumber(String key) { return Integer.parseInt(key, 5, key.length(), 10); }
  static String targetKey(int k) { return String.format("t%05d", k); }

  /** Labels as "k=v,k=v": region(10) x tier(8) x site(500) x env(3), 5% gpu, plus two labels the driver edits. */
  static String labels(int i, boolean probe) {
    long h = mix(i);
    StringBuilder b = new StringBuilder(96)
        .append("region=r").append(h % 10).append(",tier=t").append(h / 10 % 8)
        .append(",site=s").append(h / 80 % 500)
        .append(",env=").append(new String[] {"prod", "stage", "dev"}[(int) (h / 40_000 % 3)])
        .append(",managed=yes,flip=").append(i < 10_000 ? 'a' : i < 100_000 ? 'b' : 'c')
        .append(",probe=").append(probe ? "on" : "off");
    if (h / 120_000 % 20 == 0) b.append(",gpu=yes");
    return b.toString();
  }

  /** T selectors: 3 special, 37 broad pairs, then 80% site+tier pairs, 10% in-sets, 10% notin/exists. */
  static String selector(int k) {
    if (k == 0) return "managed";                 // every host
    if (k == 1) return "flip=none";               // the driver edits this one to flip 100k hosts
    if (k == 2) return "probe=on";                // a host edit of probe joins / leaves this one
    if (k < 40) return "region=r" + k % 10 + ",tier=t" + k / 10 % 8;
    long z = mix(k + 1_000_000_000L);
    if (k % 10 < 8) return "site=s" + z % 500 + ",tier=t" + z / 500 % 8;
    String set = "(s" + z % 500 + ",s" + z / 500 % 500 + ",s" + z / 250_000 % 500 + ")";
    if (k % 10 == 8) return "site in " + set + ",env=prod";
    return "gpu,region=r" + z % 10 + ",tier=t" + z / 10 % 8 + ",site notin " + set;
  }

  static int deploymentCount(int targets) { return targets / 10; }
  /** Deployments 0..2 reference the special targets, deployment d references target 10*d. */
  static String deploymentTarget(int d) { return targetKey(d < 3 ? d : d * 10); }
}

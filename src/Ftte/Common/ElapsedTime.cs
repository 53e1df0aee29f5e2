namespace Ftte.Common;

/// <summary>Converts elapsed times, which stay valid across restarts, to timestamps, which do not.</summary>
internal static class ElapsedTime
{
    /// <summary>Returns the timestamp that lies a specified time before the current one.</summary>
    public static long GetTimestampBefore(this TimeProvider time, TimeSpan elapsed) =>
        time.GetTimestamp() - (long)(elapsed.Ticks * ((double)time.TimestampFrequency / TimeSpan.TicksPerSecond));
}

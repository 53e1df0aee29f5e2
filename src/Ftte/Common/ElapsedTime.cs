namespace Ftte.Common;

/// <summary>Converts between timestamps, which mean nothing after a restart, and the times that have passed since.</summary>
internal static class ElapsedTime
{
    /// <summary>Returns the timestamp from which a time has passed by now.</summary>
    public static long GetTimestampBefore(this TimeProvider time, TimeSpan elapsed) =>
        time.GetTimestamp() - (long)(elapsed.Ticks * ((double)time.TimestampFrequency / TimeSpan.TicksPerSecond));
}

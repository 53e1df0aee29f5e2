using Ftte.Common;
using Ftte.Serialization;
using Ftte.Wire;

namespace Ftte;

/// <summary>Estimates the time until the next publication from an exponential average of the latest intervals.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class PublicationPace(TimeSpan min, TimeProvider time)
{
    /// <summary>The weight of the newest interval; the average covers about four publications.</summary>
    private const double NewShare = 0.25;

    private long? _last;
    private double? _averageSeconds;

    /// <summary>Gets the expected time until the next publication, at min the specified minimum and at most <see cref="WireMessage.MaxDuration"/>.</summary>
    public TimeSpan UntilNext
    {
        get
        {
            if (_averageSeconds is not { } average || _last is not { } last)
            {
                return min;
            }

            double seconds = average - time.GetElapsedTime(last).TotalSeconds;
            return TimeSpan.FromSeconds(Math.Clamp(seconds, min.TotalSeconds, WireMessage.MaxDuration.TotalSeconds));
        }
    }

    /// <summary>Gets the average time between publications; 0 if unknown.</summary>
    public double AverageSeconds => _averageSeconds ?? 0;

    public void Save(StateWriter writer)
    {
        writer.Duration(_last is { } last ? time.GetElapsedTime(last) : TimeSpan.Zero);
        writer.Flag(_last is not null);
        writer.Double(AverageSeconds);
        writer.Flag(_averageSeconds is not null);
    }

    public void Load(ref StateReader reader)
    {
        TimeSpan since = reader.Duration("time since the last publication");
        _last = reader.Flag("flag of a publication") ? time.GetTimestampBefore(since) : null;
        double average = reader.NotNegative("average interval of publications");
        _averageSeconds = reader.Flag("flag of an average") ? average : null;
    }

    public void Published()
    {
        long now = time.GetTimestamp();
        if (_last is { } last)
        {
            double interval = time.GetElapsedTime(last, now).TotalSeconds;
            _averageSeconds = _averageSeconds is { } average ? average + (NewShare * (interval - average)) : interval;
        }

        _last = now;
    }
}

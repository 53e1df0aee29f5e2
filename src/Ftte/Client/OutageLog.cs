using Ftte.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Ftte;

/// <summary>Logs the start of an outage, its continuation each time its duration has doubled or its reason is new, and its end.</summary>
/// <remarks>Exceptions with their stack traces are logged at the debug level only.</remarks>
internal sealed class OutageLog(ClientId client, TimeProvider time, ILogger logger)
{
    private readonly HashSet<Type> _reasons = [];
    private TimeSpan _nextWarning;
    private long _began;
    private int _attempts;

    public void Failed(Exception error)
    {
        if (_attempts++ == 0)
        {
            _began = time.GetTimestamp();
            _nextWarning = TimeSpan.FromMinutes(1);
            _reasons.Clear();
            _reasons.Add(error.GetType());
            Log.LinkBroke(logger, client, error.Message);
        }
        else
        {
            TimeSpan duration = time.GetElapsedTime(_began);
            if (_reasons.Add(error.GetType()) || duration >= _nextWarning)
            {
                _nextWarning = TimeSpan.FromTicks(Math.Max(_nextWarning.Ticks, 2 * duration.Ticks));
                Log.LinkStillBroken(logger, client, duration, _attempts, error.Message);
            }
        }

        Log.CallFailed(logger, error, client, _attempts);
    }

    public void Ended()
    {
        Log.LinkRecovered(logger, client, time.GetElapsedTime(_began), _attempts);
        _attempts = 0;
    }
}

namespace Ftte;

/// <summary>Passes the progress of a trainer on, at most once per percent, so that a trainer may report every step.</summary>
internal sealed class TrainingProgressRelay(Action<double> report) : IProgress<double>
{
    private int _percent = -1;

    public void Report(double value)
    {
        int percent = (int)(100 * Math.Clamp(value, 0, 1));
        if (Interlocked.Exchange(ref _percent, percent) != percent)
        {
            report(percent / 100.0);
        }
    }
}

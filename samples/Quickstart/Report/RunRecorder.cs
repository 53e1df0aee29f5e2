namespace Quickstart;

/// <summary>One look at the model during a run.</summary>
/// <param name="Time">The virtual time since the run began.</param>
/// <param name="Version">The model's version.</param>
/// <param name="Accuracy">The share of the test digits that it reads rightly, 0 to 1.</param>
/// <param name="BytesUp">What all devices together have sent so far.</param>
/// <param name="BytesDown">What all devices together have received so far.</param>
internal readonly record struct RunPoint(TimeSpan Time, long Version, double Accuracy, long BytesUp, long BytesDown);

/// <summary>Keeps what one run looked like over virtual time. Not for several threads at once.</summary>
/// <param name="name">The method's name, as the table and the chart show it.</param>
internal sealed class RunRecorder(string name)
{
    // One lucky version is not yet there: the target counts as reached at the first of so many looks in a row.
    private const int LooksInARow = 3;

    private readonly List<RunPoint> _points = [];

    public string Name { get; } = name;

    public IReadOnlyList<RunPoint> Points => _points;

    /// <summary>Adds a look; time never runs backwards.</summary>
    public void Add(RunPoint point)
    {
        if (_points.Count > 0)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(point.Time, _points[^1].Time);
        }

        _points.Add(point);
    }

    /// <summary>Finds the first of three looks in a row at or above an accuracy; null when there are none.</summary>
    public RunPoint? WhenReached(double target)
    {
        int inARow = 0;
        for (int i = 0; i < _points.Count; i++)
        {
            inARow = _points[i].Accuracy >= target ? inARow + 1 : 0;
            if (inARow == LooksInARow)
            {
                return _points[i - LooksInARow + 1];
            }
        }

        return null;
    }

    /// <summary>Sums the run up.</summary>
    /// <param name="target">The accuracy to reach.</param>
    /// <param name="memory">The memory that training took on a device.</param>
    /// <returns>The accuracy at the end, and what reaching the target took; the bytes of the whole run when it was not reached.</returns>
    /// <exception cref="InvalidOperationException">Nothing was recorded.</exception>
    public MethodResult Summarize(double target, MemoryUse memory)
    {
        if (_points.Count == 0)
        {
            throw new InvalidOperationException($"Nothing was recorded of {Name}; add a point before summing up.");
        }

        RunPoint? reached = WhenReached(target);
        RunPoint paid = reached ?? _points[^1];
        return new MethodResult(_points[^1].Accuracy, reached?.Time.TotalSeconds, memory.Counted, memory.Planned, paid.BytesUp, paid.BytesDown);
    }
}

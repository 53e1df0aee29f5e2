using Ftte.Serialization;

namespace Ftte.Aggregation;

/// <summary>Tracks the reference values with which updates are weighted, clipped and capped. They change only when a version is published.</summary>
/// <remarks>Norms are compared per coordinate (root mean square), so that the size of the selection does not affect the scale.</remarks>
internal sealed class ReferenceValues(BufferedAggregatorOptions options, bool countsExamples)
{
    private readonly RunningReference _scale = new();
    private readonly RunningReference _statisticScale = new();
    private readonly RunningReference _variance = new();
    private readonly RunningReference _examples = new(options.ExpectedExampleCount ?? double.NaN);

    /// <summary>Gets the reference variance; NaN until there is one.</summary>
    public double Variance => _variance.Value;

    /// <summary>Gets the reference example count; NaN until there is one.</summary>
    public double Examples => _examples.Value;

    /// <summary>Determines whether an update can be clipped and capped now, or only after its whole buffer has arrived.</summary>
    public bool IsEnoughFor(in AdmittedUpdate update) =>
        (options.NormClip is null || ((_scale.IsKnown || update.Norm == 0) && (_statisticScale.IsKnown || update.StatisticNorm == 0)))
        && (options.ExampleCap is null || !countsExamples || _examples.IsKnown);

    // Comparisons with an unknown reference (NaN) are false, so that nothing is clipped or capped.
    public double Clip(double norm, int count) => Clip(norm, count, _scale.IsKnown ? _scale.Value : double.NaN);

    public double ClipStatistics(double norm, int count) => Clip(norm, count, _statisticScale.IsKnown ? _statisticScale.Value : double.NaN);

    public int Cap(int examples) => Cap(examples, _examples.Value);

    /// <summary>Records an update that was clipped and capped by the reference values.</summary>
    public void Observe(in AdmittedUpdate update, double variance)
    {
        Observe(_scale, update.Norm, update.Roles.TrainableCount, 1);
        Observe(_statisticScale, update.StatisticNorm, update.Roles.StatisticCount, 1);
        _variance.Observe(variance * update.Clip * update.Clip);
        _examples.Observe(update.ExampleCount);
    }

    /// <summary>Clips and caps updates by the medians of their own buffer if there is no reference yet, and records them.</summary>
    /// <param name="held">The updates, as they arrived.</param>
    /// <param name="model">The current model. With fewer than three updates there is no median, and a step may have at most the norm of the parameters that it changes.</param>
    /// <param name="add">Receives each update with its clips and its cap.</param>
    public void Release(IReadOnlyList<UpdateCopy> held, ReadOnlyMemory<float> model, Action<AdmittedUpdate, UpdateCopy> add)
    {
        List<double> scales = [.. held.Where(h => h.Update.Norm > 0).Select(h => Scale(h.Update.Norm, h.Update.Roles.TrainableCount))];
        List<double> statisticScales = [.. held.Where(h => h.Update.StatisticNorm > 0).Select(h => Scale(h.Update.StatisticNorm, h.Update.Roles.StatisticCount))];
        double scale = _scale.IsKnown ? _scale.Value : MedianIfEnough(scales);
        double statisticScale = _statisticScale.IsKnown ? _statisticScale.Value : MedianIfEnough(statisticScales);
        double examples = _examples.IsKnown ? _examples.Value
            : held.Count < RunningReference.MinForMedian ? held.Select(h => h.Update.ExampleCount).DefaultIfEmpty(1).Min()
            : SampleMedian.Compute([.. held.Select(h => (double)h.Update.ExampleCount)]);
        foreach (UpdateCopy copy in held)
        {
            AdmittedUpdate update = copy.Update;
            PackedRoles roles = update.Roles;
            double clip = scale > 0 ? Clip(update.Norm, roles.TrainableCount, scale) : ClipByModel(update.Norm, roles, model.Span, statistics: false);
            double statisticClip = statisticScale > 0
                ? Clip(update.StatisticNorm, roles.StatisticCount, statisticScale)
                : ClipByModel(update.StatisticNorm, roles, model.Span, statistics: true);
            update = update with { Clip = clip, StatisticClip = statisticClip, ExampleCount = countsExamples ? Cap(update.ExampleCount, examples) : update.ExampleCount };
            add(update, copy);
            Observe(_scale, update.Norm, roles.TrainableCount, scale > 0 ? 1 : clip);
            Observe(_statisticScale, update.StatisticNorm, roles.StatisticCount, statisticScale > 0 ? 1 : statisticClip);
            _variance.Observe(copy.Variance * clip * clip);
            _examples.Observe(update.ExampleCount);
        }
    }

    public void Publish()
    {
        _scale.Publish((options.NormClip ?? double.NaN) * _scale.Value);
        _statisticScale.Publish((options.NormClip ?? double.NaN) * _statisticScale.Value);
        _variance.Publish();
        _examples.Publish();
    }

    /// <summary>Discards the observations of the current buffer.</summary>
    public void Discard() => ForEach(static r => r.Discard());

    /// <summary>Resets all reference values.</summary>
    public void Reset() => ForEach(static r => r.Reset());

    public void Save(StateWriter writer) => ForEach(r => r.Save(writer));

    public void Load(ref StateReader reader)
    {
        _scale.Load(ref reader);
        _statisticScale.Load(ref reader);
        _variance.Load(ref reader);
        _examples.Load(ref reader);
    }

    /// <summary>Writes the observations of the current buffer.</summary>
    public void SaveObservations(StateWriter writer) => ForEach(r => r.SaveObservations(writer));

    /// <summary>Adds observations that were saved.</summary>
    public void LoadObservations(ref StateReader reader)
    {
        _scale.LoadObservations(ref reader);
        _statisticScale.LoadObservations(ref reader);
        _variance.LoadObservations(ref reader);
        _examples.LoadObservations(ref reader);
    }

    private double Clip(double norm, int count, double scale)
    {
        double maxNorm = (options.NormClip ?? double.NaN) * scale * Math.Sqrt(count);
        return norm > maxNorm ? maxNorm / norm : 1;
    }

    private double ClipByModel(double norm, PackedRoles roles, ReadOnlySpan<float> model, bool statistics)
    {
        if (options.NormClip is null || norm == 0)
        {
            return 1;
        }

        UpdateMoments moments = default;
        foreach (PackedRoles.Piece piece in roles.Pieces)
        {
            if (piece.IsStatistic == statistics)
            {
                moments = moments.Plus(UpdateMoments.Measure(model.Slice(piece.Coordinate, piece.Length)));
            }
        }

        // Parameters that are all zero cannot serve as a reference.
        return moments.Norm > 0 && norm > moments.Norm ? moments.Norm / norm : 1;
    }

    private int Cap(int examples, double reference) =>
        options.ExampleCap is { } cap && examples > cap * reference ? (int)(cap * reference) : examples;

    // An update of zeros contains no information about the usual norm.
    private static void Observe(RunningReference reference, double norm, int count, double clip)
    {
        if (norm > 0)
        {
            reference.Observe(Scale(norm, count) * clip);
        }
    }

    private static double Scale(double norm, int count) => norm / Math.Sqrt(count);

    private static double MedianIfEnough(List<double> values) =>
        values.Count < RunningReference.MinForMedian ? double.NaN : SampleMedian.Compute([.. values]);

    private void ForEach(Action<RunningReference> action)
    {
        action(_scale);
        action(_statisticScale);
        action(_variance);
        action(_examples);
    }
}

namespace Ftte.TinyEngine;

/// <summary>What one pass over one batch works on.</summary>
internal readonly ref struct TrainingPass
{
    /// <summary>Gets the memory that the plan's tensors are in.</summary>
    public required Arena Arena { get; init; }

    /// <summary>Gets the number of examples in the batch; at most the plan's batch size.</summary>
    public required int Examples { get; init; }

    /// <summary>Gets the whole vector as received; frozen parameters are read from it.</summary>
    public required ReadOnlySpan<float> Received { get; init; }

    /// <summary>Gets the packed selected parameters as they are now.</summary>
    public ReadOnlySpan<float> Trained { get; init; }

    /// <summary>Gets where updates go, packed: in training the same memory as <see cref="Trained"/>.</summary>
    public Span<float> Target { get; init; }

    /// <summary>Gets what the loss is multiplied by before its gradient is taken: one over the number of examples averaged over.</summary>
    public float LossScale { get; init; }

    /// <summary>Gets the factor of the old target: target = Shrink * target - Rate * gradient.</summary>
    public float Shrink { get; init; }

    /// <summary>Gets the factor of the gradient.</summary>
    public float Rate { get; init; }

    /// <summary>Gets the counters to which the loss adds.</summary>
    public required PassResult Result { get; init; }
}

/// <summary>What passes have counted.</summary>
internal sealed class PassResult
{
    public double LossSum { get; set; }

    public int Correct { get; set; }

    public int Examples { get; set; }

    public double MeanLoss => LossSum / Examples;

    public void Clear() => (LossSum, Correct, Examples) = (0, 0, 0);
}

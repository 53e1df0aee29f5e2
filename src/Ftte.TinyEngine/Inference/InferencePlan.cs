using System.Collections.Immutable;
using Ftte.TinyEngine.ErrorMessages;

namespace Ftte.TinyEngine;

/// <summary>Represents the memory layout of a <see cref="Predictor"/>, planned to the byte before any allocation.</summary>
/// <remarks>
/// The arena contains the inputs of a batch, the values between layers while later layers read them, the embedding and the outputs. Parameters are read in place if they are
/// float32; other formats are expanded in the arena, one layer at a time. Immutable and safe to share between threads.
/// </remarks>
public sealed class InferencePlan
{
    internal InferencePlan(Network network, PredictorOptions options, FrozenParameters? parameters)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1, nameof(PredictorOptions.BatchSize));
        EmbeddingLayer = options.EmbeddingLayer is { } layer ? FindLayer(network, layer) : null;
        PlanSettings settings = network.CreatePlanSettings(new SgdOptions { BatchSize = options.BatchSize }, options.ToEngineOptions(), parameters) with
        {
            IsForwardOnly = true,
            Embedding = EmbeddingLayer?.Output,
        };
        Passes = network.Plan(ParameterSelection.Create(network.Layout.ParameterCount, []), settings);
    }

    /// <summary>Gets the network that the plan is for.</summary>
    public Network Network => Passes.Network;

    /// <summary>Gets the maximum number of examples that run at once.</summary>
    public int BatchSize => Passes.BatchSize;

    /// <summary>Gets the bytes of the parameters, in their format. A mapped file does not count.</summary>
    public long ParameterBytes => Passes.ParameterBytes;

    /// <summary>Gets the bytes of the arena.</summary>
    public long ArenaBytes => Passes.ArenaBytes;

    /// <summary>Gets the bytes that inference takes: <see cref="ParameterBytes"/> + <see cref="ArenaBytes"/>.</summary>
    public long PeakBytes => Passes.PeakBytes;

    /// <summary>Gets the tensors in the arena. Step t runs at moment t.</summary>
    public ImmutableArray<PlannedTensor> Tensors => Passes.Tensors;

    /// <summary>Gets the passes of the plan. No parameter is trained.</summary>
    internal TrainingPlan Passes { get; }

    internal Operation? EmbeddingLayer { get; }

    /// <inheritdoc />
    public override string ToString() => $"{PeakBytes} bytes for predictions with up to {BatchSize} examples at once";

    private static Operation FindLayer(Network network, string name) =>
        network.Operations.FirstOrDefault(operation => operation.Name == name && operation != network.Loss) ?? throw new ArgumentException(
            $"The network has no layer '{name}' for the embedding. Specify one of {NameList.Format(network.Operations.Where(o => o != network.Loss).Reverse().Select(o => o.Name))}.", nameof(name));
}

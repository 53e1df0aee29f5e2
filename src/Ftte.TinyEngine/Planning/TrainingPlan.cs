using System.Collections.Immutable;

namespace Ftte.TinyEngine;

/// <summary>Where everything lies in memory, and when, while a selection is trained: planned to the byte before anything is allocated.</summary>
/// <remarks>
/// <para>Frozen parameters are read where they were received. Selected ones are trained in the very buffer that then becomes the update, so neither a
/// base copy nor a gradient buffer is held. All else is one arena, laid out here.</para>
/// <para><see cref="PeakBytes"/> and <see cref="Steps"/> agree to the byte with <see cref="MemoryTimeline.Compute"/> over <see cref="Network.Profile"/> for
/// the same choice of what is trained. Sizes of tensors in the arena are rounded up to 64 bytes. Immutable and safe to share between threads.</para>
/// </remarks>
public sealed class TrainingPlan
{
    internal TrainingPlan(Network network, ParameterSelection selection, int batchSize)
    {
        PlanBuilder builder = PlanBuilder.Run(network, selection, batchSize);
        Network = network;
        Selection = selection;
        BatchSize = batchSize;
        Cut = builder.Cut;
        ParameterBytes = sizeof(float) * (long)network.Layout.ParameterCount;
        TrainedBytes = sizeof(float) * (long)selection.Count;
        ArenaBytes = ArenaLayout.Place(builder.Tensors);
        EagerBytes = EagerEstimate.Compute(network, batchSize);
        Operations = [.. builder.Steps];
        Input = builder.Input;
        Labels = builder.Labels;
        Tensors = [.. builder.Tensors.Select(t => new PlannedTensor(t.Name, t.Offset, t.Bytes, t.First, t.Last))];
        Steps = [.. network.Operations.Select((o, t) => new PlannedStep(
            o.Name,
            builder.BytesAt(PlanBuilder.Forward(t)),
            builder.RunsBackward(t) ? builder.BytesAt(builder.Backward(t)) : 0))];
    }

    /// <summary>Gets the network that the plan is for.</summary>
    public Network Network { get; }

    /// <summary>Gets the coordinates that are trained.</summary>
    public ParameterSelection Selection { get; }

    /// <summary>Gets the largest number of examples in a batch.</summary>
    public int BatchSize { get; }

    /// <summary>Gets the first step in which anything is trained, where the backward pass stops; the number of steps if nothing is.</summary>
    public int Cut { get; }

    /// <summary>Gets the bytes of the received parameter vector, which belongs to the caller.</summary>
    public long ParameterBytes { get; }

    /// <summary>Gets the bytes of the selected parameters while they are trained; the same buffer becomes the update.</summary>
    public long TrainedBytes { get; }

    /// <summary>Gets the bytes of the arena: the batch, activations, what is saved for backward, and gradients.</summary>
    public long ArenaBytes { get; }

    /// <summary>Gets the bytes that training takes on the device: <see cref="ParameterBytes"/> + <see cref="TrainedBytes"/> + <see cref="ArenaBytes"/>.</summary>
    /// <value>The device's local data, code and runtime are not counted.</value>
    public long PeakBytes => ParameterBytes + TrainedBytes + ArenaBytes;

    /// <summary>
    /// Gets the bytes that a framework without a planner holds to train the whole network: weights, gradients, every activation kept for the backward
    /// pass, and the gradients in transit; for comparison.
    /// </summary>
    public long EagerBytes { get; }

    /// <summary>Gets the tensors in the arena.</summary>
    public ImmutableArray<PlannedTensor> Tensors { get; }

    /// <summary>Gets the bytes in use while each step runs, in execution order.</summary>
    public ImmutableArray<PlannedStep> Steps { get; }

    internal PlannedOperation[] Operations { get; }

    internal Tensor Input { get; }

    internal Tensor Labels { get; }

    /// <inheritdoc />
    public override string ToString() => $"{PeakBytes} bytes for {Selection} at batch {BatchSize} ({EagerBytes} without a plan)";
}

/// <summary>A tensor's place in the arena and in time.</summary>
/// <param name="Name">What it holds, such as <c>fc1</c> for that layer's output or <c>fc1.gradient</c> for the output's gradient.</param>
/// <param name="Offset">Its first byte in the arena.</param>
/// <param name="Bytes">Its size, a multiple of 64.</param>
/// <param name="FirstMoment">The moment from which it lives: step t runs forward at moment t, backward at 2 * steps - 1 - t.</param>
/// <param name="LastMoment">The last moment in which it lives.</param>
public sealed record PlannedTensor(string Name, long Offset, long Bytes, int FirstMoment, int LastMoment);

/// <summary>The memory in use while one step runs.</summary>
/// <param name="Name">The layer's name.</param>
/// <param name="ForwardBytes">All bytes in use while it runs forward, parameters included.</param>
/// <param name="BackwardBytes">All bytes in use while it runs backward; 0 if it does not.</param>
public sealed record PlannedStep(string Name, long ForwardBytes, long BackwardBytes);

using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine.Execution;

/// <summary>Represents the state of one pass over some examples: memory, parameters, and the settings of the step.</summary>
internal sealed unsafe class TrainingPass
{
    /// <summary>Gets the first byte of the memory that contains the plan's tensors.</summary>
    public byte* Arena { get; init; }

    /// <summary>Gets or sets the number of examples in this pass.</summary>
    public int Examples { get; set; }

    /// <summary>Gets or sets the index in the micro-batch of the first example of this pass; 0 except while the frozen prefix is streamed.</summary>
    public int FirstExample { get; set; }

    /// <summary>Gets or sets the index in the batch of the first example of the micro-batch.</summary>
    public int ExampleInBatch { get; set; }

    /// <summary>Gets or sets the random bits of this step, for dropout; null during evaluation.</summary>
    public ulong? Seed { get; set; }

    /// <summary>Gets or sets the source of the frozen parameters.</summary>
    public FrozenParameters Frozen { get; private set; } = null!;

    /// <summary>Gets or sets the frozen parameters as one float32 vector; null if they are stored in another form.</summary>
    public float* Received { get; private set; }

    /// <summary>Gets or sets the current values of the packed selected parameters.</summary>
    public float* Trained { get; private set; }

    /// <summary>Gets or sets the packed sums of gradients; null if gradients are applied immediately.</summary>
    public float* Accumulators { get; set; }

    /// <summary>Gets or sets the packed momentum; null if momentum is not used.</summary>
    public float* Velocity { get; set; }

    /// <summary>Gets or sets the blocks that keep their values; null if there are none.</summary>
    public ParameterSelection? Held { get; set; }

    /// <summary>Gets the packed copy of the received values; null if they are read in place or not needed.</summary>
    public float* Anchor { get; init; }

    /// <summary>Gets or sets the proximal term; null if there is none.</summary>
    public ProximalTerm? Proximal { get; set; }

    /// <summary>Gets or sets the sums that measure gradients instead of applying them; null during training. Requires one worker and no accumulators.</summary>
    public BlockEnergies? Energies { get; set; }

    /// <summary>Gets or sets the factor of the loss in its gradient: 1 / the number of examples in the mean.</summary>
    public float LossScale { get; set; }

    /// <summary>Gets or sets the learning rate.</summary>
    public float Rate { get; set; }

    /// <summary>Gets or sets the weight decay.</summary>
    public float Decay { get; set; }

    /// <summary>Gets or sets the momentum: the factor of the previous velocity.</summary>
    public float Momentum { get; set; }

    /// <summary>Gets or sets the maximum norm of a unit's gradient, as a multiple of the norm of its weights; 0 for no limit.</summary>
    public float ClipRatio { get; set; }

    /// <summary>Gets the sums to which the loss operation adds.</summary>
    public PassResult Result { get; } = new();

    /// <summary>Gets the number of workers that share each phase.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Sets the memory of the parameters.</summary>
    public void Bind(FrozenParameters frozen, float* trained)
    {
        Frozen = frozen;
        Received = frozen.Pointer;
        Trained = trained;
    }

    /// <summary>Gets the values of a tensor, starting with the first example of this pass.</summary>
    public float* Floats(Tensor tensor) => (float*)Bytes(tensor);

    /// <summary>Gets the bytes of a tensor, starting with the first example of this pass.</summary>
    public byte* Bytes(Tensor tensor) => Arena + tensor.Offset + (tensor.OutlivesChunks ? FirstExample * tensor.BytesPerExample : 0);

    /// <summary>Gets one worker's part of a workspace that has one part per worker.</summary>
    public float* Scratch(Tensor? tensor, int worker) => tensor is null ? null : (float*)(Arena + tensor.Offset + (worker * (tensor.BytesPerExample / Workers)));

    /// <summary>Returns the share of a range that one worker processes.</summary>
    /// <param name="count">The length of the range.</param>
    /// <param name="worker">The worker.</param>
    /// <param name="grain">The granularity: shares start at multiples of it.</param>
    public (int First, int Last) Share(int count, int worker, int grain = 1)
    {
        if (Workers == 1)
        {
            return (0, count);
        }

        long grains = (count + grain - 1L) / grain;
        return ((int)Math.Min(count, grains * worker / Workers * grain), (int)Math.Min(count, grains * (worker + 1) / Workers * grain));
    }
}

namespace Ftte.TinyEngine;

/// <summary>Specifies the memory and the threads of a <see cref="Predictor"/>. No setting changes predictions.</summary>
/// <remarks>Read when a plan or a predictor is created; later changes have no effect.</remarks>
public sealed class PredictorOptions
{
    /// <summary>Gets or sets the maximum number of examples that run at once; a call with more examples runs them in parts of this size.</summary>
    /// <value>1 by default, which takes the minimum memory; at least 1.</value>
    public int BatchSize { get; set; } = 1;

    /// <summary>Gets or sets the name of the layer whose output is the embedding, such as the last layer before the classifier.</summary>
    /// <value>Null by default: no embedding. A named layer such as <c>fc1</c>, or an activation by its default name such as <c>fc1.relu</c>.</value>
    public string? EmbeddingLayer { get; set; }

    /// <summary>Gets or sets the number of threads that share a call.</summary>
    /// <value>1 by default; 1 to 64.</value>
    public int Threads { get; set; } = 1;

    /// <summary>Gets or sets memory of the caller for the arena.</summary>
    /// <value>
    /// Empty by default: the engine allocates native memory. Otherwise at least <see cref="InferencePlan.ArenaBytes"/> + 64 bytes. It is in use only during a call, so a
    /// predictor and a trainer can use the same memory in turn.
    /// </value>
    public Memory<byte> Memory { get; set; }

    internal EngineOptions ToEngineOptions() => new() { PrefixExamples = null, Threads = Threads, Memory = Memory };
}

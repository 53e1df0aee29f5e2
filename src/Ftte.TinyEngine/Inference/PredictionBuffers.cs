namespace Ftte.TinyEngine;

/// <summary>Specifies what a <see cref="Predictor"/> computes, and the memory that receives it: the results of all examples, one after the other.</summary>
/// <remarks>An empty buffer means that the result is not wanted. If only embeddings are wanted, the layers after the embedding do not run.</remarks>
public ref struct PredictionBuffers
{
    /// <summary>Gets or sets the buffer of the classes: one value per example, as of <see cref="Predictor.Predict(ReadOnlySpan{float})"/>.</summary>
    public Span<int> Classes { get; set; }

    /// <summary>Gets or sets the buffer of the probabilities: <see cref="Predictor.ProbabilityLength"/> values per example.</summary>
    public Span<float> Probabilities { get; set; }

    /// <summary>Gets or sets the buffer of the values that the loss reads, such as the logits: <see cref="Network.OutputLength"/> values per example.</summary>
    public Span<float> Outputs { get; set; }

    /// <summary>Gets or sets the buffer of the output of <see cref="PredictorOptions.EmbeddingLayer"/>: <see cref="Predictor.EmbeddingLength"/> values per example.</summary>
    public Span<float> Embeddings { get; set; }
}

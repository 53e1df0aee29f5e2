using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine;

/// <summary>Computes classes and probabilities from the outputs that a loss reads.</summary>
/// <param name="loss">The loss.</param>
internal sealed class OutputReader(LossOperation loss)
{
    /// <summary>Gets the number of probabilities per example: one per class, one per output of a binary loss with several outputs, and 0 for the squared error.</summary>
    public int ProbabilityLength => loss.Kind == LossKind.MeanSquaredError ? 0 : Math.Max(loss.ClassCount, loss.Outputs);

    /// <summary>Returns the class of one example; -1 if the outputs define none.</summary>
    public int Classify(ReadOnlySpan<float> outputs) =>
        loss.Kind == LossKind.SoftmaxCrossEntropy ? SoftmaxKernel.Classify(outputs)
        : float.IsNaN(outputs[0]) ? -1
        : outputs[0] > 0 ? 1 : 0;

    /// <summary>Computes the probabilities of one example.</summary>
    public void ComputeProbabilities(ReadOnlySpan<float> outputs, Span<float> probabilities)
    {
        if (loss.Kind == LossKind.SoftmaxCrossEntropy)
        {
            SoftmaxKernel.Probabilities(outputs, probabilities);
        }
        else if (loss.TakesLabels)
        {
            (probabilities[0], probabilities[1]) = (BinaryCrossEntropy.Probability(-outputs[0]), BinaryCrossEntropy.Probability(outputs[0]));
        }
        else
        {
            for (int i = 0; i < outputs.Length; i++)
            {
                probabilities[i] = BinaryCrossEntropy.Probability(outputs[i]);
            }
        }
    }
}

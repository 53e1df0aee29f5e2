namespace Ftte.TinyEngine;

public sealed partial class NetworkBuilder
{
    /// <summary>Completes the network with a softmax over the classes and the cross-entropy with the example's label.</summary>
    /// <param name="name">The loss's name in plans and profiles.</param>
    /// <returns>The network; its number of classes is the number of outputs of the last layer.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken, the last layer has fewer than two outputs or an image as output, or no layer has parameters.</exception>
    public Network SoftmaxCrossEntropy(string name = "loss")
    {
        CheckEnd(name);
        if (Shape.Pixels > 1 || Shape.Channels < 2)
        {
            throw Wrong(name, $"takes a vector with a value per class, at least two, but its input is {Shape}. Add a Linear layer before it");
        }

        return _graph.Complete(new LossOperation(name, _value, NewValue(name), LossKind.SoftmaxCrossEntropy));
    }

    /// <summary>Completes the network with a sigmoid on every output and the binary cross-entropy with its target in [0, 1], averaged over the outputs.</summary>
    /// <param name="name">The loss's name in plans and profiles.</param>
    /// <returns>The network. With one output, the target is the label, 0 or 1. With more outputs, the examples must be an <see cref="ITargetSource"/>.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken, or no layer has parameters.</exception>
    public Network BinaryCrossEntropy(string name = "loss")
    {
        CheckEnd(name);
        return _graph.Complete(new LossOperation(name, _value, NewValue(name), LossKind.BinaryCrossEntropy));
    }

    /// <summary>Completes the network with the squared error, averaged over the outputs.</summary>
    /// <param name="name">The loss's name in plans and profiles.</param>
    /// <returns>The network. The examples must be an <see cref="ITargetSource"/>; for an autoencoder, use <see cref="ReconstructionExamples"/>.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken, or no layer has parameters.</exception>
    public Network MeanSquaredError(string name = "loss")
    {
        CheckEnd(name);
        return _graph.Complete(new LossOperation(name, _value, NewValue(name), LossKind.MeanSquaredError));
    }

    private void CheckEnd(string name)
    {
        _graph.Claim(name);
        if (!_graph.HasParameters)
        {
            throw new ArgumentException($"No layer before '{name}' has parameters, so the network cannot be trained. Add a Linear or Conv layer.", nameof(name));
        }
    }
}

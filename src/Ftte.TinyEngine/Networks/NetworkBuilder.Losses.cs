namespace Ftte.TinyEngine;

public sealed partial class NetworkBuilder
{
    /// <summary>Completes the network with a softmax over the classes and the cross-entropy with the example's label.</summary>
    /// <param name="name">The loss's name in plans and profiles.</param>
    /// <returns>The network; its number of classes is the number of outputs of the last layer.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken, the last layer has fewer than two outputs or makes an image, or no layer has parameters.</exception>
    public Network SoftmaxCrossEntropy(string name = "loss")
    {
        CheckEnd(name);
        if (Shape.Pixels > 1 || Shape.Channels < 2)
        {
            throw Wrong(name, $"tells classes apart by a vector of at least two values, but {Shape} arrives");
        }

        return _graph.Complete(new LossOperation(name, _value, NewValue(name), LossKind.SoftmaxCrossEntropy));
    }

    /// <summary>Completes the network with a sigmoid on every output and the binary cross-entropy with its target in [0, 1], averaged over the outputs.</summary>
    /// <param name="name">The loss's name in plans and profiles.</param>
    /// <returns>The network. With one output the label, 0 or 1, is the target; with more the examples are an <see cref="ITargetSource"/>.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken, or no layer has parameters.</exception>
    public Network BinaryCrossEntropy(string name = "loss")
    {
        CheckEnd(name);
        return _graph.Complete(new LossOperation(name, _value, NewValue(name), LossKind.BinaryCrossEntropy));
    }

    /// <summary>Completes the network with the squared error, averaged over the outputs.</summary>
    /// <param name="name">The loss's name in plans and profiles.</param>
    /// <returns>The network; the examples are an <see cref="ITargetSource"/>, for an autoencoder <see cref="ReconstructionExamples"/>.</returns>
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
            throw new ArgumentException($"No layer before '{name}' has parameters, so there is nothing to train; add a Linear or Conv layer.", nameof(name));
        }
    }
}

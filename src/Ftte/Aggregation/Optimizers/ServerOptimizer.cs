using Ftte.Common;

namespace Ftte.Aggregation;

/// <summary>Represents an optimizer that applies a buffer's step D to the model ("Adaptive Federated Optimization", arXiv 2003.00295).</summary>
/// <remarks>
/// Choose one with the factory methods, or derive a custom one. An optimizer has no state and may be shared; each aggregator keeps its own
/// <see cref="OptimizerState"/>. The built-in optimizers update sparse coordinates lazily: momentum and variance change only for coordinates with contributors,
/// and a momentum that was not updated for g steps first decays by beta1^g without being applied. With an adaptive optimizer, the learning rate is multiplied by
/// the buffer's mean weight, because normalizing by the root of the variance would otherwise cancel it.
/// Statistics of batch normalization are averaged with every optimizer (<see cref="ParameterRole.Statistic"/>).
/// </remarks>
public abstract class ServerOptimizer
{
    /// <summary>Creates an optimizer.</summary>
    /// <param name="learningRate">eta, finite and positive.</param>
    /// <exception cref="ArgumentOutOfRangeException">The learning rate is not finite and positive.</exception>
    protected ServerOptimizer(double learningRate) => LearningRate = PolicyGuard.Positive(learningRate);

    /// <summary>Gets eta, the learning rate of the server.</summary>
    public double LearningRate { get; }

    /// <summary>Creates an SGD optimizer: x += eta D.</summary>
    /// <param name="learningRate">eta, finite and positive.</param>
    /// <returns>The optimizer.</returns>
    public static ServerOptimizer Sgd(double learningRate = 1) => new SgdOptimizer(learningRate);

    /// <summary>Creates an optimizer with momentum: m = beta m + D; x += eta m.</summary>
    /// <param name="learningRate">eta, finite and positive.</param>
    /// <param name="beta">The decay of the momentum per step, in [0, 1).</param>
    /// <returns>The optimizer.</returns>
    public static ServerOptimizer Momentum(double learningRate = 1, double beta = 0.9) =>
        new MomentOptimizer(MomentRule.Momentum, learningRate, beta, 0, 0);

    /// <summary>Creates a FedAdagrad optimizer: m = beta1 m + (1 - beta1) D; v += D^2; x += eta m / (sqrt(v) + tau); v starts at tau^2.</summary>
    /// <param name="learningRate">eta, finite and positive.</param>
    /// <param name="beta1">The decay of the momentum per step, in [0, 1).</param>
    /// <param name="tau">The degree of adaptivity, finite and positive; a smaller value adapts more.</param>
    /// <returns>The optimizer.</returns>
    public static ServerOptimizer Adagrad(double learningRate = 0.1, double beta1 = 0, double tau = 1e-3) =>
        new MomentOptimizer(MomentRule.Adagrad, learningRate, beta1, 0, PolicyGuard.Positive(tau));

    /// <summary>Creates a FedAdam optimizer: as <see cref="Adagrad"/> with v = beta2 v + (1 - beta2) D^2.</summary>
    /// <param name="learningRate">eta, finite and positive.</param>
    /// <param name="beta1">The decay of the momentum per step, in [0, 1).</param>
    /// <param name="beta2">The decay of the variance per step, in [0, 1).</param>
    /// <param name="tau">The degree of adaptivity, finite and positive; a smaller value adapts more.</param>
    /// <returns>The optimizer.</returns>
    public static ServerOptimizer Adam(double learningRate = 0.01, double beta1 = 0.9, double beta2 = 0.99, double tau = 1e-3) =>
        new MomentOptimizer(MomentRule.Adam, learningRate, beta1, beta2, PolicyGuard.Positive(tau));

    /// <summary>Creates a FedYogi optimizer: as <see cref="Adagrad"/> with v -= (1 - beta2) D^2 sign(v - D^2).</summary>
    /// <param name="learningRate">eta, finite and positive.</param>
    /// <param name="beta1">The decay of the momentum per step, in [0, 1).</param>
    /// <param name="beta2">The decay of the variance per step, in [0, 1).</param>
    /// <param name="tau">The degree of adaptivity, finite and positive; a smaller value adapts more.</param>
    /// <returns>The optimizer.</returns>
    public static ServerOptimizer Yogi(double learningRate = 0.01, double beta1 = 0.9, double beta2 = 0.99, double tau = 1e-3) =>
        new MomentOptimizer(MomentRule.Yogi, learningRate, beta1, beta2, PolicyGuard.Positive(tau));

    /// <summary>Creates the state that one aggregator keeps.</summary>
    /// <param name="parameterCount">The number of parameters of the model.</param>
    /// <returns>A new state.</returns>
    public abstract OptimizerState CreateState(int parameterCount);
}

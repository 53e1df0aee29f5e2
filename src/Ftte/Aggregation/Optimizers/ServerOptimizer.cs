using Ftte.Common;

namespace Ftte.Aggregation;

/// <summary>How the server moves the model by a buffer's step D ("Adaptive Federated Optimization", arXiv 2003.00295).</summary>
/// <remarks>
/// Choose one with the factory methods, or derive your own. It is a description without state and may be shared. Each aggregator keeps its own
/// <see cref="OptimizerState"/>. The state of the optimizers here is lazy on sparse coordinates: momentum and variance are touched only where a step has contributors, and momentum that was left alone for g steps
/// first decays by beta1^g without being applied. With an adaptive optimizer the learning rate is multiplied by the buffer's mean weight,
/// which normalising by the root of the variance would otherwise cancel.
/// Statistics of batch normalization are averaged whatever the optimizer (<see cref="ParameterRole.Statistic"/>).
/// </remarks>
public abstract class ServerOptimizer
{
    /// <summary>Creates an optimizer.</summary>
    /// <param name="learningRate">eta, finite and positive.</param>
    /// <exception cref="ArgumentOutOfRangeException">The learning rate is not finite and positive.</exception>
    protected ServerOptimizer(double learningRate) => LearningRate = PolicyGuard.Positive(learningRate);

    /// <summary>Gets eta, the server's step size.</summary>
    public double LearningRate { get; }

    /// <summary>Adds the step: x += eta D.</summary>
    /// <param name="learningRate">eta, finite and positive.</param>
    /// <returns>The optimizer.</returns>
    public static ServerOptimizer Sgd(double learningRate = 1) => new SgdOptimizer(learningRate);

    /// <summary>Adds momentum: m = beta m + D; x += eta m.</summary>
    /// <param name="learningRate">eta, finite and positive.</param>
    /// <param name="beta">What one step leaves of the momentum, in [0, 1).</param>
    /// <returns>The optimizer.</returns>
    public static ServerOptimizer Momentum(double learningRate = 1, double beta = 0.9) =>
        new MomentOptimizer(MomentRule.Momentum, learningRate, beta, 0, 0);

    /// <summary>FedAdagrad: m = beta1 m + (1 - beta1) D; v += D^2; x += eta m / (sqrt(v) + tau); v starts at tau^2.</summary>
    /// <param name="learningRate">eta, finite and positive.</param>
    /// <param name="beta1">What one step leaves of the momentum, in [0, 1).</param>
    /// <param name="tau">How adaptive: smaller adapts more; finite and positive.</param>
    /// <returns>The optimizer.</returns>
    public static ServerOptimizer Adagrad(double learningRate = 0.1, double beta1 = 0, double tau = 1e-3) =>
        new MomentOptimizer(MomentRule.Adagrad, learningRate, beta1, 0, PolicyGuard.Positive(tau));

    /// <summary>FedAdam: as <see cref="Adagrad"/> with v = beta2 v + (1 - beta2) D^2.</summary>
    /// <param name="learningRate">eta, finite and positive.</param>
    /// <param name="beta1">What one step leaves of the momentum, in [0, 1).</param>
    /// <param name="beta2">What one step leaves of the variance, in [0, 1).</param>
    /// <param name="tau">How adaptive: smaller adapts more; finite and positive.</param>
    /// <returns>The optimizer.</returns>
    public static ServerOptimizer Adam(double learningRate = 0.01, double beta1 = 0.9, double beta2 = 0.99, double tau = 1e-3) =>
        new MomentOptimizer(MomentRule.Adam, learningRate, beta1, beta2, PolicyGuard.Positive(tau));

    /// <summary>FedYogi: as <see cref="Adagrad"/> with v -= (1 - beta2) D^2 sign(v - D^2).</summary>
    /// <param name="learningRate">eta, finite and positive.</param>
    /// <param name="beta1">What one step leaves of the momentum, in [0, 1).</param>
    /// <param name="beta2">What one step leaves of the variance, in [0, 1).</param>
    /// <param name="tau">How adaptive: smaller adapts more; finite and positive.</param>
    /// <returns>The optimizer.</returns>
    public static ServerOptimizer Yogi(double learningRate = 0.01, double beta1 = 0.9, double beta2 = 0.99, double tau = 1e-3) =>
        new MomentOptimizer(MomentRule.Yogi, learningRate, beta1, beta2, PolicyGuard.Positive(tau));

    /// <summary>Creates the state that one aggregator keeps.</summary>
    /// <param name="parameterCount">The number of parameters of the model.</param>
    /// <returns>A new state.</returns>
    public abstract OptimizerState CreateState(int parameterCount);
}

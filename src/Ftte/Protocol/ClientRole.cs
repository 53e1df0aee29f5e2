namespace Ftte;

/// <summary>Specifies the work that a client accepts.</summary>
public enum ClientRole
{
    /// <summary>The client trains, and evaluates if its trainer is an <see cref="IModelEvaluator"/>. The default.</summary>
    TrainAndEvaluate = 0,

    /// <summary>The client trains and is never asked to evaluate.</summary>
    TrainOnly = 1,

    /// <summary>The client evaluates and never trains.</summary>
    EvaluateOnly = 2,
}

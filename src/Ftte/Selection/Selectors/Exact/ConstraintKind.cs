namespace Ftte.Selection;

/// <summary>Specifies the kind of a constraint.</summary>
internal enum ConstraintKind
{
    /// <summary>Memory while the steps before the cut run.</summary>
    BeforeCut,

    /// <summary>Memory while a step runs forward.</summary>
    Forward,

    /// <summary>Memory while a step runs backward.</summary>
    Backward,

    /// <summary>The payload.</summary>
    Payload,

    /// <summary>The multiply-adds.</summary>
    Compute,
}
